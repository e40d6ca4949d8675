//! Headers that tell browsers what our pages may do.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web,
};

use super::context;
use crate::AppState;

const FIXED: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
];
/// Two years, as browsers' preload lists ask for. Names below ours are not ours to decide for.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");

pub(crate) async fn security_headers(
    state: web::Data<AppState>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let headers = Headers::of(&req, &state);
    let mut response = next.call(req).await?;
    headers.set(response.headers_mut());
    Ok(response.map_into_boxed_body())
}

/// The headers for the answer to one request.
pub(super) struct Headers {
    policy: Option<HeaderValue>,
    secure: bool,
}

impl Headers {
    pub(super) fn of(req: &ServiceRequest, state: &web::Data<AppState>) -> Self {
        let settings = &state.settings;
        let client = &context(req, state).client;
        // A host that is not ours could carry anything into the policy.
        let known = settings.allowed_hosts.check(&client.host).is_ok();
        let sockets = if known { settings.ws_url.for_page(client.scheme, &client.host) } else { String::new() };
        Self { policy: HeaderValue::from_str(&policy(&sockets)).ok(), secure: client.is_secure() }
    }

    pub(super) fn set(self, headers: &mut HeaderMap) {
        for (name, value) in FIXED {
            headers.insert(name, value);
        }
        if let Some(policy) = self.policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.secure {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        }
        // What says nothing else is about a person or a moment.
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}

/// Nothing but our own files, our own API and our own sockets; no inline script or style, no frame around us.
fn policy(sockets: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' {sockets}; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
    )
}
