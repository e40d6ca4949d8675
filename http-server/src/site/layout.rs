//! The layout of every page.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header::ContentType},
};
use application::Settings;
use askama::Template;
use store::Session;

use super::{
    assets,
    languages::{self, Lang},
    modules,
    texts::{SiteTexts, fill, texts},
};
use crate::request::{self, RequestInfo};

/// The parts of one request that the layout shows.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The language of all texts.
    pub(crate) lang: Lang,
    /// The user who is signed in.
    pub(crate) me: Option<Me>,
    /// Where the static files are, without a slash at the end: `/static/<hash>`.
    pub(crate) assets: &'static str,
    /// The path of the page, or of the page to go on at: the language form and "try again" lead there. Never the address that a form
    /// was sent to.
    pub(crate) path: String,
    /// The base of all socket URLs, without a slash at the end: `ws://localhost:8001`.
    pub(crate) ws_url: String,
    /// Whether sockets do not get the session's cookie, so that pages bring a token.
    pub(crate) ws_token: bool,
}

/// The user who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Me {
    /// The user's id, as the API gives it.
    pub(crate) id: String,
    /// The nickname that others see.
    pub(crate) nickname: String,
}

impl Layout {
    pub(crate) fn of(req: &HttpRequest, settings: &Settings) -> Self {
        let info = RequestInfo::of(req, &settings.server.trusted_proxies);
        Self {
            lang: languages::of(req),
            me: None,
            assets: assets::prefix(),
            path: if req.method().is_safe() { request::local_path(req.path()).to_owned() } else { "/".to_owned() },
            ws_url: settings.ws_url.for_page(info.client.scheme, &info.client.host),
            ws_token: !settings.sockets_get_cookie(info.client.scheme, &info.client.host),
        }
    }

    /// With the user who is signed in.
    pub(crate) fn with(mut self, session: Option<&Session>) -> Self {
        self.me = session.map(|session| Me { id: session.user.id.to_string(), nickname: session.user.nickname.to_string() });
        self
    }

    /// With the path that the layout's forms lead back to, where the page answers a form.
    pub(crate) fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// The site's texts.
    pub(crate) fn t(&self) -> &'static SiteTexts {
        texts(self.lang)
    }

    pub(crate) fn signed_in_as(&self, me: &Me) -> String {
        fill(self.t().layout.signed_in_as, &[("nickname", &me.nickname)])
    }

    /// The element that loads a stylesheet. `file` is its path below `static/`.
    pub(crate) fn style(&self, file: &str) -> String {
        format!(r#"<link rel="stylesheet" href="{}/{file}">"#, self.assets)
    }

    /// The elements that load a module and preload its imports. `entry` is its path below `static/`.
    pub(crate) fn script(&self, entry: &str) -> String {
        let base = self.assets;
        let early = modules::behind(entry).iter().map(|module| format!(r#"<link rel="modulepreload" href="{base}/{module}">"#));
        let entry = format!(r#"<script type="module" src="{base}/{entry}"></script>"#);
        early.chain([entry]).collect::<Vec<_>>().join("\n")
    }
}

/// A page as the answer to a request.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    HttpResponse::build(status).content_type(ContentType::html()).body(html(template))
}

/// A page as HTML.
pub(crate) fn html(template: &impl Template) -> String {
    template.render().expect("text and numbers go into a String without an error")
}
