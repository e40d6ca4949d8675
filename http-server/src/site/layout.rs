//! What every page has around its content, taken from the request.

use actix_web::{HttpRequest, http::header};
use boot::Settings;
use store::Session;

use super::assets;
use crate::{
    pages::{Chrome, Lang, Me},
    request::{self, RequestInfo},
};

/// The cookie that keeps a visitor's choice of language.
pub(crate) const LANGUAGE_COOKIE: &str = "catamaran_lang";

/// The owned values behind a page's [`Chrome`].
pub(crate) struct Frame {
    lang: Lang,
    /// Where the page can be opened again: never the address that a form was sent to.
    path: String,
    ws_url: String,
    me: Option<(String, String)>,
}

impl Frame {
    pub(crate) fn of(req: &HttpRequest, settings: &Settings) -> Self {
        let info = RequestInfo::of(req, &settings.trusted_proxies);
        Self {
            lang: language(req),
            path: if req.method().is_safe() { request::local_path(req.path()).to_owned() } else { "/".to_owned() },
            ws_url: settings.ws_url.for_page(info.client.scheme, &info.client.host),
            me: None,
        }
    }

    /// With the person who is signed in.
    pub(crate) fn with(mut self, session: Option<&Session>) -> Self {
        self.me = session.map(|session| (session.user.id.to_string(), session.user.nickname.to_string()));
        self
    }

    /// With the path that forms of the frame lead back to, where the page is an answer to a form.
    pub(crate) fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub(crate) fn chrome(&self) -> Chrome<'_> {
        Chrome {
            lang: self.lang,
            me: self.me.as_ref().map(|(id, nickname)| Me { id, nickname }),
            assets: assets::prefix(),
            path: &self.path,
            ws_url: &self.ws_url,
        }
    }
}

/// The visitor's choice, else what their browser asks for.
pub(crate) fn language(req: &HttpRequest) -> Lang {
    let cookies = req.headers().get_all(header::COOKIE).map(header::HeaderValue::as_bytes);
    let chosen = boot::cookie::values(cookies, LANGUAGE_COOKIE).next();
    let asked = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::pick(chosen, asked)
}
