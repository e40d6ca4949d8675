//! `/api/v1/socket-token`: a token for a socket whose host does not get the session's cookie.

use actix_web::{HttpRequest, HttpResponse, web};
use catamaran::LogThrottle;
use serde::Serialize;
use utoipa::ToSchema;

use super::session::SignedIn;
use crate::{AppState, request::RequestInfo};

const REFUSED: &str = "a page asked for a socket token although browsers send its session's cookie to the sockets, by WS_URL and \
    COOKIE_DOMAIN: its socket was refused for want of a session. See that ws-server has the same SECRET_KEY and DATABASE_URL, that the \
    proxy in front of it passes the header Cookie and the scheme (X-Forwarded-Proto, TRUSTED_PROXIES), and that WS_URL has the host that \
    browsers open";

/// A token that authenticates one socket.
#[derive(Serialize, ToSchema)]
pub(crate) struct SocketTokenView {
    /// The subprotocol to offer beside `catamaran.v1`. It works once.
    #[schema(max_length = 1024)]
    subprotocol: String,
    /// When the token expires, if it is not used; Unix milliseconds.
    expires_at: i64,
}

/// Makes a token that authenticates one socket, where its host does not get the session's cookie.
#[utoipa::path(post, path = "/api/v1/socket-token", operation_id = "makeSocketToken", tag = "session", responses(
    (status = 201, description = "A token for the caller's session", body = SocketTokenView),
))]
pub(crate) async fn make(req: HttpRequest, state: web::Data<AppState>, signed_in: SignedIn) -> HttpResponse {
    count(&req, &state);
    let token = state.socket_tokens.make(&signed_in.0, state.settings.socket_token_lifetime, state.now());
    HttpResponse::Created().json(SocketTokenView { subprotocol: token.subprotocol, expires_at: token.expires_at })
}

/// A page asks for a token also where its socket, with the cookie, was refused: the log says so to the operator.
fn count(req: &HttpRequest, state: &AppState) {
    let client = &RequestInfo::of(req, &state.settings.server.trusted_proxies).client;
    if !state.settings.sockets_get_cookie(client.scheme, &client.host) {
        state.counts.tokens_by_setting.add();
        return;
    }
    state.counts.tokens_after_refusal.add();
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(more) = THROTTLE.pass() {
        log::warn!("{REFUSED}{more}");
    }
}
