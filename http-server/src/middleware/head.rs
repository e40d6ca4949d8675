//! Only heads of a usual size: a domain's cookies may be many, but not without a bound.

use actix_web::{dev::ServiceRequest, http::StatusCode};

use crate::problem::Problem;

pub(super) fn check(req: &ServiceRequest) -> Result<(), Problem> {
    let headers = req.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    catamaran_edge::check_head(headers)
        .map_err(|detail| Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", detail))
}
