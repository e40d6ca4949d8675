//! Only hosts that are ours: a `Host` header goes into links, cookies and policies.

use actix_web::dev::ServiceRequest;

use crate::{
    AppState,
    problem::Problem,
    request::{self, RequestInfo},
    site::readiness::is_probe,
};

pub(super) fn check(req: &ServiceRequest, info: &RequestInfo, state: &AppState) -> Result<(), Problem> {
    // A platform's probe uses the address as its host, and the answer does not depend on the host.
    if is_probe(request::path(req.request())) {
        return Ok(());
    }
    state.settings.server.allowed_hosts.check(&info.client.host).map_err(|fault| {
        log::warn!("refused a request: {fault}");
        Problem::bad_request(fault.to_string())
    })
}
