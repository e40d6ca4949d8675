//! The session of a request.

use accounts::cookie;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap, HeaderValue},
    web,
};
use futures_util::future::LocalBoxFuture;
use store::{Session, SessionToken};

use crate::{AppState, problem::Problem, request::RequestInfo};

/// The session of a request; 401 without one.
pub(crate) struct SignedIn(pub(crate) Session);

/// The session of a request, where it has one.
pub(crate) struct Visitor(pub(crate) Option<Session>);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = session_of(req);
        Box::pin(async move { session.await?.map(Self).ok_or_else(Problem::not_signed_in) })
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = session_of(req);
        Box::pin(async move { session.await.map(Self) })
    }
}

/// Looks the session up; every request does.
fn session_of(req: &HttpRequest) -> impl Future<Output = Result<Option<Session>, Problem>> + use<> {
    let state = req.app_data::<web::Data<AppState>>().cloned();
    let tokens = state.as_ref().map(|state| tokens_of(req, state)).unwrap_or_default();
    async move {
        let Some(state) = state else {
            return Ok(None);
        };
        Ok(state.accounts.find(&tokens, state.now()).await?)
    }
}

/// Values of the request's session cookie that have the form of a token: one, or an old one beside it.
fn tokens_of(req: &HttpRequest, state: &AppState) -> Vec<SessionToken> {
    let secure = RequestInfo::of(req, &state.settings.server.trusted_proxies).client.is_secure();
    let tokens = cookie::session_tokens(lines(req.headers()), secure, state.settings.cookie_domain.is_some());
    tokens.filter_map(|token| SessionToken::parse(token).ok()).collect()
}

/// The names of the session cookies that a request carries, valid or not.
pub(crate) fn carried(headers: &HeaderMap) -> impl Iterator<Item = &'static str> {
    cookie::session_cookies_in(lines(headers))
}

/// Whether the browser has returned a cookie of ours.
pub(crate) fn returns_cookies(headers: &HeaderMap) -> bool {
    cookie::is_returned(lines(headers))
}

fn lines(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> + Clone {
    headers.get_all(header::COOKIE).map(HeaderValue::as_bytes)
}
