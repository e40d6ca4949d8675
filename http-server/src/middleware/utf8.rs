//! Refuses queries that are not UTF-8: a handler would see U+FFFD in place of other bytes.

use actix_web::dev::ServiceRequest;

use crate::{input, problem::Problem, request};

pub(super) fn check(req: &ServiceRequest) -> Result<(), Problem> {
    // A probe's answer depends on nothing that the client sends.
    if request::path(req.request()) == "/healthz" {
        return Ok(());
    }
    input::check_query(req.query_string())
}
