//! Only hosts that are ours: a `Host` header goes into links, cookies and policies.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};

use super::{context, refuse};
use crate::{AppState, problem::Problem, request};

pub(crate) async fn allowed_hosts(
    state: web::Data<AppState>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let info = context(&req, &state);
    // A platform's probe asks by address, and the answer tells nothing that depends on the host.
    let probe = request::path(req.request()) == "/healthz";
    if let (false, Err(fault)) = (probe, state.settings.allowed_hosts.check(&info.client.host)) {
        log::warn!("refused a request: {fault}");
        return Ok(refuse(req, Problem::bad_request(fault.to_string())));
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}
