//! Refuses queries that are not UTF-8: a handler would see U+FFFD in place of other bytes.

use actix_web::dev::ServiceRequest;

use crate::{input, problem::Problem, request, site::readiness::is_probe};

pub(super) fn check(req: &ServiceRequest) -> Result<(), Problem> {
    // A probe's answer depends on nothing that the client sends.
    if is_probe(request::path(req.request())) {
        return Ok(());
    }
    input::check_query(req.query_string())
}
