//! `/api/v1/session`: the session of the caller.

use accounts::{CookiePlace, NewSession, SetCookie, UserRef};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    web,
};
use serde::{Deserialize, Serialize};
use store::{Nickname, Session, SessionId};
use utoipa::ToSchema;

use super::session::{self, SignedIn, Visitor};
use crate::{
    AppState,
    input::{Json, Text},
    problem::Problem,
    request::RequestInfo,
};

/// A nickname, to sign in with or to change to.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignIn {
    /// 1 to 20 characters as a reader counts them, at least one of them visible.
    #[schema(value_type = String)]
    nickname: Text<Nickname>,
}

/// A session and its user.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// The user.
    user: UserRef,
    /// When the session ends; Unix milliseconds.
    expires_at: i64,
}

impl From<&Session> for SessionView {
    fn from(session: &Session) -> Self {
        Self { user: UserRef::from(&session.user), expires_at: session.expires_at }
    }
}

/// Signs in, or changes the nickname where already signed in. Either way the session is a new one, with a new cookie.
#[utoipa::path(post, path = "/api/v1/session", operation_id = "signIn", tag = "session", security(()), responses(
    (status = 201, description = "Signed in; the cookie is set", body = SessionView),
    (status = 200, description = "Was signed in; the nickname is changed, and a new cookie is set", body = SessionView),
))]
pub(crate) async fn sign_in(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    body: Json<SignIn>,
) -> Result<HttpResponse, Problem> {
    let SignIn { nickname: Text(nickname) } = body.read()?;
    match visitor.0 {
        Some(session) => {
            let (session, cookies) = reopen(&req, &state, &session, &nickname).await?;
            Ok(with_cookies(HttpResponse::Ok().json(SessionView::from(&session)), cookies))
        }
        None => {
            let (session, cookies) = open(&req, &state, &nickname).await?;
            Ok(with_cookies(HttpResponse::Created().json(SessionView::from(&session)), cookies))
        }
    }
}

/// Shows the session and its user.
#[utoipa::path(get, path = "/api/v1/session", operation_id = "showSession", tag = "session", responses(
    (status = 200, description = "Signed in", body = SessionView),
))]
pub(crate) async fn show(signed_in: SignedIn) -> HttpResponse {
    HttpResponse::Ok().json(SessionView::from(&signed_in.0))
}

/// Signs out: the session is revoked and its sockets are closed.
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "signOut", tag = "session", responses(
    (status = 204, description = "Signed out"),
))]
pub(crate) async fn sign_out(req: HttpRequest, state: web::Data<AppState>, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let cookies = close(&req, &state, signed_in.0.id).await?;
    Ok(with_cookies(HttpResponse::NoContent().finish(), cookies))
}

/// Makes a user and a session, and the cookies that carry it.
pub(crate) async fn open(
    req: &HttpRequest,
    state: &AppState,
    nickname: &Nickname,
) -> Result<(Session, Vec<Cookie<'static>>), Problem> {
    let NewSession { session, token } = state.accounts.sign_up(nickname, state.now()).await?;
    Ok((session, cookies(req, state, |place| place.begin(&token))))
}

/// Signs a user in again, and announces the nickname in the user's rooms.
pub(crate) async fn reopen(
    req: &HttpRequest,
    state: &AppState,
    old: &Session,
    nickname: &Nickname,
) -> Result<(Session, Vec<Cookie<'static>>), Problem> {
    let NewSession { session, token } = state.accounts.sign_in_again(old.user.id, nickname, state.now()).await?;
    state.rooms.renamed(&session.user).await;
    Ok((session, cookies(req, state, |place| place.begin(&token))))
}

/// Ends a session; the cookies remove the browser's.
pub(crate) async fn close(req: &HttpRequest, state: &AppState, session: SessionId) -> Result<Vec<Cookie<'static>>, Problem> {
    state.accounts.sign_out(session, state.now()).await?;
    Ok(cookies(req, state, |place| place.end()))
}

/// A response with the probe, where the browser has returned no cookie of ours yet.
pub(crate) fn with_probe(req: &HttpRequest, state: &AppState, response: HttpResponse) -> HttpResponse {
    if session::returns_cookies(req.headers()) {
        return response;
    }
    with_cookies(response, cookies(req, state, |place| vec![place.probe()]))
}

/// A response with cookies.
pub(crate) fn with_cookies(mut response: HttpResponse, cookies: Vec<Cookie<'static>>) -> HttpResponse {
    for cookie in cookies {
        // All our cookies are plain ASCII, so this cannot fail. If it did, the user would not be signed in.
        if let Err(error) = response.add_cookie(&cookie) {
            log::error!("a cookie could not be set: {error}");
        }
    }
    response
}

fn cookies(req: &HttpRequest, state: &AppState, of: impl FnOnce(&CookiePlace<'_>) -> Vec<SetCookie>) -> Vec<Cookie<'static>> {
    let client = &RequestInfo::of(req, &state.settings.server.trusted_proxies).client;
    let domain = state.settings.cookie_domain.as_deref();
    let carried = session::carried(req.headers()).collect();
    let place = CookiePlace { domain, host: &client.host, secure: client.is_secure(), carried };
    of(&place).into_iter().map(cookie).collect()
}

fn cookie(set: SetCookie) -> Cookie<'static> {
    let mut cookie =
        Cookie::build(set.name, set.value).path("/").http_only(true).same_site(SameSite::Lax).secure(set.secure).finish();
    if let Some(domain) = set.domain {
        cookie.set_domain(domain);
    }
    match Duration::try_from(set.max_age) {
        Ok(age) if !age.is_zero() => cookie.set_max_age(age),
        _ => cookie.make_removal(),
    }
    cookie
}

pub(crate) fn is_secure(req: &HttpRequest, state: &AppState) -> bool {
    RequestInfo::of(req, &state.settings.server.trusted_proxies).client.is_secure()
}
