//! Only queries that are UTF-8: a handler would see U+FFFD in place of other bytes.

use actix_web::dev::ServiceRequest;

use crate::{problem::Problem, request, urlencoded};

pub(super) fn check(req: &ServiceRequest) -> Result<(), Problem> {
    // A probe's answer depends on nothing that the client sends.
    if request::path(req.request()) == "/healthz" {
        return Ok(());
    }
    urlencoded::check_query(req.query_string())
}
