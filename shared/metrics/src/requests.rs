//! HTTP requests by method, route and status.

use std::{borrow::Cow, time::Duration};

use actix_web::http::{Method, StatusCode};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, histogram::Histogram},
    registry::Registry,
};

/// Upper bounds in seconds. From a static file to a request that is given up.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
/// The route of a request that no route took.
const UNMATCHED: &str = "unmatched";

/// A histogram of the durations of HTTP requests, for each method, route and status. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Requests(Family<Labels, Histogram, fn() -> Histogram>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    route: Cow<'static, str>,
    status: u16,
}

impl Requests {
    /// Counts a request. `route` is the template (`/rooms/{code}`), never the path: each value makes series of its own. `None`: no route
    /// took it.
    pub fn observe(&self, method: &Method, route: Option<String>, status: StatusCode, duration: Duration) {
        let route = route.map_or(Cow::Borrowed(UNMATCHED), Cow::Owned);
        let labels = Labels { method: word(method), route, status: status.as_u16() };
        self.0.get_or_create(&labels).observe(duration.as_secs_f64());
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        let help = "HTTP requests by method, route and status, with their durations in seconds";
        registry.register("catamaran_http_request_duration_seconds", help, self.0.clone());
    }
}

impl Default for Requests {
    fn default() -> Self {
        Self(Family::new_with_constructor(|| Histogram::new(BUCKETS)))
    }
}

/// A client may invent methods, so only the usual ones have a word.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
