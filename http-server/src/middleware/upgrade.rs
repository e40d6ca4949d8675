//! Refuses WebSockets, which another process serves, and says where they belong.

use actix_web::{
    dev::ServiceRequest,
    http::{StatusCode, header},
};
use catamaran::LogThrottle;

use crate::{AppState, problem::Problem, request};

const DETAIL: &str = "WebSockets are held by the process ws-server, not by http-server: route every path below /ws/ to it \
    (deploy/nginx/nginx.conf shows how), or set WS_URL to its address so that pages ask it directly";

pub(super) fn check(req: &ServiceRequest, state: &AppState) -> Result<(), Problem> {
    // In runserver the sockets' addresses come before ours, so here only unknown ones are left: 404.
    if state.program.role == catamaran_boot::Role::Both || !asks_for_socket(req) {
        return Ok(());
    }
    state.counts.misrouted.add();
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(more) = THROTTLE.pass() {
        log::warn!("{} {} came to http-server: {DETAIL}{more}", req.method(), req.path());
    }
    Err(Problem::new(StatusCode::UPGRADE_REQUIRED, "not_here", DETAIL))
}

/// Whether the client wants a WebSocket. HTTP allows us to ignore other upgrades (`h2c`, which curl offers).
fn asks_for_socket(req: &ServiceRequest) -> bool {
    let path = request::path(req.request());
    let below = path == "/ws" || path.starts_with("/ws/");
    below || catamaran_edge::asks_for_socket(req.headers().get_all(header::UPGRADE).map(header::HeaderValue::as_bytes))
}
