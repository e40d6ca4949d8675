//! What happens to every request around its handler, one file each, the outermost first in `routes.rs`.

pub(crate) mod access_log;
pub(crate) mod csrf;
pub(crate) mod deadline;
pub(crate) mod headers;
pub(crate) mod hosts;
pub(crate) mod rate_limit;
pub(crate) mod refusals;
pub(crate) mod upgrade;

use std::rc::Rc;

use actix_web::{
    HttpResponse,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    web,
};

use crate::{AppState, problem::Problem, request::RequestInfo};

/// The state and what is known of the request.
fn context(req: &ServiceRequest, state: &web::Data<AppState>) -> Rc<RequestInfo> {
    RequestInfo::of(req.request(), &state.settings.trusted_proxies)
}

/// Answers in the handler's place. (`ServiceRequest::into_response` would lose the error that the answer carries, and with it
/// the page for people.)
fn refuse(req: ServiceRequest, problem: Problem) -> ServiceResponse<BoxBody> {
    let (request, _) = req.into_parts();
    ServiceResponse::new(request, HttpResponse::from_error(problem))
}
