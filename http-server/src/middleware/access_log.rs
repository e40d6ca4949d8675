//! One line for each request: id, client, method, path without query, status, duration.

use std::{rc::Rc, time::Instant};

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        StatusCode,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};

use crate::{
    AppState,
    request::{REQUEST_ID, RequestInfo},
};

pub(crate) async fn access_log(
    state: web::Data<AppState>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let info = RequestInfo::read(req.request(), &state.settings.trusted_proxies);
    req.extensions_mut().insert(Rc::clone(&info));
    let line = Line { method: req.method().to_string(), path: req.path().to_owned(), start: Instant::now(), info };
    match next.call(req).await {
        Ok(mut response) => {
            line.write(response.status());
            line.sign(response.headers_mut());
            Ok(response.map_into_boxed_body())
        }
        Err(error) => {
            let mut response: HttpResponse = error.as_response_error().error_response();
            line.write(response.status());
            line.sign(response.headers_mut());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

struct Line {
    method: String,
    path: String,
    start: Instant,
    info: Rc<RequestInfo>,
}

impl Line {
    fn write(&self, status: StatusCode) {
        // Probes and files come by the dozen and say nothing.
        let quiet = status.as_u16() < 400 && (self.path == "/healthz" || self.path.starts_with("/static/"));
        let level = if quiet { log::Level::Debug } else { log::Level::Info };
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

    fn sign(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(&self.info.id) {
            headers.insert(HeaderName::from_static(REQUEST_ID), id);
        }
    }
}
