//! Each client address has its allowance.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web,
};

use super::{context, refuse};
use crate::{AppState, problem::Problem, request, throttle::Effort};

pub(crate) async fn rate_limit(
    state: web::Data<AppState>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let info = context(&req, &state);
    if let Some(effort) = effort(req.method(), request::path(req.request()))
        && let Err(seconds) = state.throttle.check(info.client.addr, effort)
    {
        return Ok(refuse(req, Problem::rate_limited(seconds)));
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

/// None for what is not counted: a page's files are many and cost nothing, and a refused probe would end the process.
fn effort(method: &Method, path: &str) -> Option<Effort> {
    match (method.is_safe(), path) {
        (true, "/healthz") => None,
        (true, path) if path.starts_with("/static/") => None,
        // Opening a room joins it.
        (true, path) if method == Method::GET && path.starts_with("/rooms/") => Some(Effort::Write),
        (true, _) => Some(Effort::Read),
        (false, "/sign-in" | "/rooms" | "/api/v1/session" | "/api/v1/rooms") if method == Method::POST => Some(Effort::Create),
        (false, _) => Some(Effort::Write),
    }
}
