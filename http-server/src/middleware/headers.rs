//! Headers that tell browsers what our pages may do.

use std::sync::{PoisonError, RwLock};

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use application::Settings;
use catamaran_edge::ClientInfo;

use crate::{AppState, request::RequestInfo};

const FIXED: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
];
/// Two years, as browsers' preload lists ask for. Names below ours are not ours to decide for. Not sent for this machine and for
/// addresses: there it would turn away every other program of a developer, and browsers ignore it for addresses. Not sent for a
/// host that is not ours either: its site decides about its own transport.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// The headers for the answer to one request.
pub(super) struct Headers {
    policy: Option<HeaderValue>,
    transport: bool,
}

impl Headers {
    pub(super) fn of(info: &RequestInfo, state: &AppState) -> Self {
        let client = &info.client;
        let Site { policy, is_ours } = state.policies.of(client, &state.settings);
        Self { policy, transport: is_ours && client.is_secure() && catamaran_edge::is_public_name(&client.host) }
    }

    pub(super) fn set(self, headers: &mut HeaderMap) {
        headers.reserve(FIXED.len() + 4);
        for (name, value) in FIXED {
            headers.insert(name, value);
        }
        if let Some(policy) = self.policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.transport {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        }
        // Defaults to `no-store`: an answer without a rule of its own is for one user or one moment.
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}

/// Content-Security-Policies. The one for the site that was asked for last is kept: nearly always it is the same one.
#[derive(Default)]
pub(crate) struct Policies(RwLock<Option<Kept>>);

struct Kept {
    scheme: &'static str,
    host: String,
    policy: HeaderValue,
}

/// The site that a request asked for.
struct Site {
    policy: Option<HeaderValue>,
    /// Whether ALLOWED_HOSTS names its host.
    is_ours: bool,
}

impl Policies {
    fn of(&self, client: &ClientInfo, settings: &Settings) -> Site {
        // A host that is not ours could carry anything into the policy. Only policies of our own hosts are kept.
        let kept = self.kept(client);
        if kept.is_none() && settings.server.allowed_hosts.check(&client.host).is_err() {
            return Site { policy: HeaderValue::from_str(&policy("")).ok(), is_ours: false };
        }
        Site { policy: kept.or_else(|| self.made(client, settings)), is_ours: true }
    }

    fn kept(&self, client: &ClientInfo) -> Option<HeaderValue> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let same = kept.as_ref().filter(|kept| kept.scheme == client.scheme && kept.host == client.host);
        same.map(|kept| kept.policy.clone())
    }

    fn made(&self, client: &ClientInfo, settings: &Settings) -> Option<HeaderValue> {
        let sockets = settings.ws_url.for_page(client.scheme, &client.host);
        let policy = HeaderValue::from_str(&policy(source(&sockets))).ok()?;
        let kept = Kept { scheme: client.scheme, host: client.host.clone(), policy: policy.clone() };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Some(policy)
    }
}

/// The sockets' address as a policy can say it. A policy has no way to write an IPv6 address, and browsers skip a source that has
/// one: the scheme alone is left, which allows sockets on every host.
fn source(sockets: &str) -> &str {
    match sockets.split_once("//[") {
        Some((scheme, _)) => scheme,
        None => sockets,
    }
}

/// Allows our own files, our own API and our own sockets; no inline script or style, and no other site may show our pages in a frame.
fn policy(sockets: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' {sockets}; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
    )
}
