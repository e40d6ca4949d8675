//! Limits the rate of requests from each client address.

use actix_web::{dev::ServiceRequest, http::Method};

use crate::{
    AppState,
    problem::Problem,
    request::{self, RequestInfo},
    site::readiness::is_probe,
    throttle::Effort,
};

pub(super) fn check(req: &ServiceRequest, info: &RequestInfo, state: &AppState) -> Result<(), Problem> {
    match effort(req.method(), request::path(req.request())) {
        Some(effort) => state.throttle.check(info.client.addr, effort).map_err(Problem::rate_limited),
        None => Ok(()),
    }
}

/// The rate that a request counts against; `None` for an uncounted one. The files of a page are many and cheap, and a platform
/// ends a process whose probe is refused.
fn effort(method: &Method, path: &str) -> Option<Effort> {
    match (method.is_safe(), path) {
        (true, path) if is_probe(path) => None,
        (true, path) if path.starts_with("/static/") => None,
        // Opening a room joins it.
        (true, path) if method == Method::GET && path.starts_with("/rooms/") => Some(Effort::Write),
        (true, _) => Some(Effort::Read),
        // Pages ask for one each time they connect, and it leaves no row until it is used.
        (false, "/api/v1/socket-token") => Some(Effort::Read),
        (false, path) if method == Method::POST && creates(path) => Some(Effort::Create),
        (false, _) => Some(Effort::Write),
    }
}

fn creates(path: &str) -> bool {
    match path {
        "/sign-in" | "/api/v1/session" | "/rooms" | "/api/v1/rooms" | "/mafia" | "/api/v1/games" => true,
        path => path.starts_with("/api/v1/games/") && path.ends_with("/again"),
    }
}
