//! Who is signed in, and the cookie that says so.

use actix_web::{
    FromRequest, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    http::header,
    web,
};
use boot::SESSION_COOKIE;
use futures_util::future::LocalBoxFuture;
use store::{Session, SessionToken};

use crate::{AppState, limits, problem::Problem};

/// The session of a request that must have one: 401 otherwise.
pub(crate) struct SignedIn(pub(crate) Session);

/// The session of a request that may have one.
pub(crate) struct Visitor(pub(crate) Option<Session>);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(req, payload);
        Box::pin(async move { visitor.await?.0.map(Self).ok_or_else(Problem::not_signed_in) })
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let token = token_of(req);
        let state = req.app_data::<web::Data<AppState>>().cloned();
        Box::pin(async move {
            let (Some(token), Some(state)) = (token, state) else {
                return Ok(Self(None));
            };
            let hash = token.hash(&state.token_key);
            Ok(Self(state.store.session_by_token(&hash, state.now()).await?))
        })
    }
}

/// The session token that a request carries, if it has the form of one.
fn token_of(req: &HttpRequest) -> Option<SessionToken> {
    let cookies = req.headers().get_all(header::COOKIE);
    let mut values = cookies.filter_map(|value| boot::cookie::session_token(value.to_str().ok()?));
    SessionToken::parse(values.next()?).ok()
}

/// Whether a request carries the session cookie, valid or not.
pub(crate) fn carries_cookie(headers: &header::HeaderMap) -> bool {
    headers.get_all(header::COOKIE).any(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        boot::cookie::session_token(&text).is_some()
    })
}

/// The cookie that carries a new session.
pub(crate) fn cookie(token: &SessionToken, domain: Option<&str>, secure: bool) -> Cookie<'static> {
    let mut cookie = bare_cookie(domain, secure);
    cookie.set_value(token.encode());
    cookie.set_max_age(Duration::days(limits::SESSION_DAYS));
    cookie
}

/// The cookie that takes the session cookie away.
pub(crate) fn removal(domain: Option<&str>, secure: bool) -> Cookie<'static> {
    let mut cookie = bare_cookie(domain, secure);
    cookie.make_removal();
    cookie
}

fn bare_cookie(domain: Option<&str>, secure: bool) -> Cookie<'static> {
    let mut cookie = Cookie::build(SESSION_COOKIE, "").path("/").http_only(true).same_site(SameSite::Lax).secure(secure).finish();
    if let Some(domain) = domain {
        cookie.set_domain(domain.to_owned());
    }
    cookie
}
