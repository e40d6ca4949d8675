//! Answers to plain HTTP. They say which paths have sockets, and what the application says about the other paths.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};

use catamaran::LogThrottle;
use catamaran_edge::ClientInfo;
use serde_json::Value;

use crate::{ServerState, paths::SocketPaths};

/// A fault as problem details (RFC 9457).
pub(crate) fn problem(status: StatusCode, code: &str, detail: &str) -> HttpResponse {
    refusal(status, &problem_body(status, code, detail))
}

fn problem_body(status: StatusCode, code: &str, detail: &str) -> Value {
    catamaran_edge::problem(status.as_u16(), status.canonical_reason().unwrap_or("Error"), code, detail)
}

fn refusal(status: StatusCode, body: &Value) -> HttpResponse {
    // A refusal closes the connection and says so. actix-http closes it in any case after `Connection: upgrade`; without the header a
    // proxy would send its next request there.
    let mut response = HttpResponse::build(status);
    response.force_close().insert_header((header::CONTENT_TYPE, catamaran_edge::PROBLEM_JSON)).body(body.to_string())
}

/// A plain request to a socket's path. The answer says as whom the server sees the client: a proxy that removes `Upgrade` often removes more.
pub(crate) fn upgrade_required(client: &ClientInfo, state: &ServerState) -> HttpResponse {
    state.counters.misrouted.add(1);
    let mut detail = "this address is a WebSocket: connect with ws:// or wss://".to_owned();
    if let Some(advice) = state.other_paths {
        detail += "; ";
        detail += advice;
    }
    let mut body = problem_body(StatusCode::UPGRADE_REQUIRED, "upgrade_required", &detail);
    body["process"] = state.settings.program.name.into();
    body["connection"] = client.described();
    let mut response = refusal(StatusCode::UPGRADE_REQUIRED, &body);
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("upgrade"));
    response
}

/// A path below `/ws/` that has no socket, or a handshake anywhere else.
pub(crate) async fn no_socket(request: HttpRequest, paths: SocketPaths) -> HttpResponse {
    let advice = paths.advice(request.path());
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(suppressed) = THROTTLE.pass() {
        log::info!("{} {} has no socket: {advice}{suppressed}", request.method(), request.path());
    }
    problem(StatusCode::NOT_FOUND, "no_socket", &format!("this path has no socket: {advice}"))
}

/// A path in which a part does not parse as the type that its consumer takes. The client's own text is not repeated.
pub(crate) fn unfit_path(path: &str, fault: &actix_web::Error) -> HttpResponse {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(suppressed) = THROTTLE.pass() {
        log::info!("a socket to {path} is refused: its parts in braces do not fit: {fault}{suppressed}");
    }
    let detail = format!("this path has no socket: a part in braces of {path} has another form, a number or a UUID for example");
    problem(StatusCode::NOT_FOUND, "no_socket", &detail)
}

/// Any other path.
pub(crate) async fn not_here(request: HttpRequest, paths: SocketPaths, state: ServerState) -> HttpResponse {
    state.counters.misrouted.add(1);
    if asks_for_socket(&request) {
        return no_socket(request, paths).await;
    }
    let detail = match state.other_paths {
        Some(advice) => format!("{} holds sockets and does not serve this path: {advice}", state.settings.program.name),
        None => format!("this path has no page: {}", paths.table()),
    };
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(suppressed) = THROTTLE.pass() {
        log::info!("{} {}: {detail}{suppressed}", request.method(), request.path());
    }
    problem(StatusCode::NOT_FOUND, "not_here", &detail)
}

/// Does the request ask for a WebSocket?
pub(crate) fn asks_for_socket(request: &HttpRequest) -> bool {
    catamaran_edge::asks_for_socket(request.headers().get_all(header::UPGRADE).map(header::HeaderValue::as_bytes))
}
