//! Counts and times each request for the metrics, by its route.

use actix_web::{
    dev::ServiceRequest,
    http::{Method, StatusCode},
};
use catamaran_metrics::Requests;

use super::access_log::Line;
use crate::AppState;

/// A request whose status is not known yet; `None` while metrics are off.
pub(super) struct Measured(Option<(Requests, Method, Option<String>)>);

impl Measured {
    /// Finds the template of the route here, since the request moves into a future that may be dropped.
    pub(super) fn of(req: &ServiceRequest, state: &AppState) -> Self {
        let requests = state.requests.as_ref();
        Self(requests.map(|requests| (requests.clone(), req.method().clone(), req.request().match_pattern())))
    }

    pub(super) fn finish(self, status: StatusCode, line: &Line) {
        if let Some((requests, method, route)) = self.0 {
            requests.observe(&method, route, status, line.elapsed());
        }
    }
}
