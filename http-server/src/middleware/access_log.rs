//! One line for each request: id, client, method, path without query, status, duration.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use actix_web::{
    dev::ServiceRequest,
    http::{
        Method, StatusCode,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
};

use catamaran_edge::REQUEST_ID;

use crate::{request::RequestInfo, site::readiness::is_probe};

/// The log line of one request, before its status is known.
pub(super) struct Line {
    method: Method,
    path: String,
    start: Instant,
    info: Rc<RequestInfo>,
}

impl Line {
    pub(super) fn of(req: &ServiceRequest, info: &Rc<RequestInfo>) -> Self {
        let (method, path) = (req.method().clone(), req.path().to_owned());
        Self { method, path, start: Instant::now(), info: Rc::clone(info) }
    }

    pub(super) fn write(&self, status: StatusCode) {
        // Probes and files come by the dozen: their successes are logged at debug level.
        let quiet = status.as_u16() < 400 && (is_probe(&self.path) || self.path.starts_with("/static/"));
        let level = if quiet { log::Level::Debug } else { log::Level::Info };
        if !log::log_enabled!(target: "access", level) {
            return;
        }
        let client = self.info.client.addr.map_or_else(|| "unix".to_owned(), |addr| addr.to_string());
        log::log!(
            target: "access",
            level,
            request_id = self.info.id.as_str(),
            client = client.as_str(),
            method = self.method.as_str(),
            path = self.path.as_str(),
            status = status.as_u16(),
            us = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
            "{} {} {}", self.method, self.path, status.as_u16()
        );
    }

    /// The time since the request began.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    pub(super) fn sign(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(&self.info.id) {
            headers.insert(HeaderName::from_static(REQUEST_ID), id);
        }
    }
}
