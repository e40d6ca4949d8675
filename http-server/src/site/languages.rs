//! The language that a visitor reads, and the form that chooses it.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
    web,
};
use serde::Deserialize;

use super::{see, sign_in::api as session};
use crate::{AppState, limits::LANGUAGE_DAYS, problem::Problem, request::local_path, urlencoded};

/// The cookie that keeps a visitor's choice of language.
const LANGUAGE_COOKIE: &str = "catamaran_lang";

/// What the form sends. A missing field counts as an empty one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    next: String,
    lang: String,
}

/// `POST /language`
pub(crate) async fn choose(
    req: HttpRequest,
    state: web::Data<AppState>,
    form: urlencoded::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let lang =
        Lang::from_tag(&form.lang).ok_or_else(|| Problem::field("lang", "lang is no language of ours; expected ko or en"))?;
    let cookie = Cookie::build(LANGUAGE_COOKIE, lang.tag())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(session::is_secure(&req, &state))
        .max_age(Duration::days(LANGUAGE_DAYS))
        .finish();
    Ok(session::with_cookies(see(local_path(&form.next)), vec![cookie]))
}

/// The language of a request: the visitor's choice, else what the browser asks for.
pub(crate) fn of(req: &HttpRequest) -> Lang {
    let cookies = req.headers().get_all(header::COOKIE).map(header::HeaderValue::as_bytes);
    let chosen = edge::cookie_values(cookies, LANGUAGE_COOKIE).next();
    let asked = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::pick(chosen, asked)
}

/// A language that the pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    /// Korean.
    Ko,
    /// English, also for a visitor who asked for neither.
    En,
}

impl Lang {
    /// Chooses by the visitor's own choice (value of the language cookie) first,
    /// then by the best-weighted entry of `Accept-Language`, else English.
    #[must_use]
    pub(crate) fn pick(cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        cookie.and_then(Self::from_tag).or_else(|| accept_language.and_then(Self::best_of)).unwrap_or(Self::En)
    }

    /// The BCP 47 tag: `ko` or `en`. Also the value of the language cookie.
    #[must_use]
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// The language of a tag such as `ko`, `ko-KR` or `EN-us`; `None` for any other language.
    #[must_use]
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        [Self::Ko, Self::En].into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }

    /// The one that a visitor can switch to.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Ko => Self::En,
            Self::En => Self::Ko,
        }
    }

    /// How the language calls itself.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::Ko => "한국어",
            Self::En => "English",
        }
    }

    fn best_of(accept_language: &str) -> Option<Self> {
        let mut best = None;
        for entry in accept_language.split(',') {
            let mut parts = entry.split(';');
            let lang = parts.next().and_then(Self::from_tag);
            let weight = parts.find_map(weight).unwrap_or(1.0);
            // Only a greater weight replaces: of equals the first one stands, as browsers list them.
            if let Some(lang) = lang
                && weight > best.map_or(0.0, |(_, weight)| weight)
            {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

impl From<Lang> for mafia_rules::Lang {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Ko => Self::Ko,
            Lang::En => Self::En,
        }
    }
}

fn weight(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    let value = value.trim().parse().ok()?;
    (name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&value)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn the_cookie_wins_over_the_browser() {
        assert_eq!(Lang::pick(Some("en"), Some("ko-KR,ko;q=0.9")), Lang::En);
        assert_eq!(Lang::pick(Some("ko"), Some("en")), Lang::Ko);
    }

    #[test]
    fn a_cookie_that_names_no_language_of_ours_is_passed_over() {
        assert_eq!(Lang::pick(Some("xx"), Some("ko")), Lang::Ko);
        assert_eq!(Lang::pick(Some(""), None), Lang::En);
    }

    #[test]
    fn weights_order_what_the_browser_asks_for() {
        assert_eq!(Lang::pick(None, Some("fr, en;q=0.5, ko;q=0.8")), Lang::Ko, "the greater weight wins wherever it stands");
        assert_eq!(Lang::pick(None, Some("ko-KR,en-US")), Lang::Ko, "of equals the first one");
        assert_eq!(Lang::pick(None, Some("ko;q=0, en")), Lang::En, "q=0 means not this one");
    }

    #[test]
    fn nonsense_falls_back_to_english() {
        for header in ["", ",,;;=", "ko;q=nan", "ko;q=7x,", "*", "q=1"] {
            let picked = Lang::pick(None, Some(header));
            assert!(matches!(picked, Lang::En | Lang::Ko), "{header}");
        }
        assert_eq!(Lang::pick(None, Some("*")), Lang::En);
        assert_eq!(Lang::pick(None, None), Lang::En);
    }
}
