//! The language that a visitor reads, and the form that chooses it.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
    web,
};
use serde::Deserialize;

pub(crate) use lang::Lang;

use super::{see, sign_in::api as session};
use crate::{AppState, input, limits::LANGUAGE_DAYS, problem::Problem, request::local_path};

/// The cookie that keeps a visitor's choice of language.
const LANGUAGE_COOKIE: &str = "catamaran_lang";

/// Fields of the form. A missing field counts as an empty one.
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
    form: input::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let lang = Lang::from_tag(&form.lang).ok_or_else(|| {
        let known = Lang::ALL.map(Lang::tag).join(" or ");
        Problem::field("lang", format!("lang is no language of ours; expected {known}"))
    })?;
    let cookie = Cookie::build(LANGUAGE_COOKIE, lang.tag())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(session::is_secure(&req, &state))
        .max_age(Duration::days(LANGUAGE_DAYS))
        .finish();
    Ok(session::with_cookies(see(local_path(&form.next)), vec![cookie]))
}

/// The language of a request: the visitor's choice, else the first supported one of `Accept-Language`.
pub(crate) fn of(req: &HttpRequest) -> Lang {
    let cookies = req.headers().get_all(header::COOKIE).map(header::HeaderValue::as_bytes);
    let chosen = catamaran_edge::cookie_values(cookies, LANGUAGE_COOKIE).next();
    let asked = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::pick(chosen, asked)
}
