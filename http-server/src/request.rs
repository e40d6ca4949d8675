//! The id, client and path of a request, read before any handler runs.

use std::rc::Rc;

use actix_web::{HttpMessage as _, HttpRequest, dev::ServiceRequest};
use application::Settings;
use catamaran_edge::{ClientInfo, TrustedProxies};
use uuid::Uuid;

/// A request's id and client. Read once, and stored in the request's extensions.
#[derive(Debug)]
pub(crate) struct RequestInfo {
    /// Finds this request in the logs of every process and proxy on its way.
    pub(crate) id: String,
    pub(crate) client: ClientInfo,
}

impl RequestInfo {
    /// Reads it, and stores it in the request's extensions.
    pub(crate) fn leave(req: &ServiceRequest, settings: &Settings) -> Rc<Self> {
        let info = Self::read(req.request(), &settings.server.trusted_proxies);
        req.extensions_mut().insert(Rc::clone(&info));
        info
    }

    fn read(req: &HttpRequest, proxies: &TrustedProxies) -> Rc<Self> {
        let headers = req.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        // `GET http://host/ HTTP/1.1`: the request's own host counts before the Host header (RFC 9112, 3.2.2).
        let target = req.uri().authority().map(|authority| ("host", authority.as_str().as_bytes()));
        let peer = req.peer_addr().map(|addr| addr.ip());
        let client = ClientInfo::read(peer, headers.chain(target), proxies);
        let id = client.request_id.clone().map_or_else(|| Uuid::now_v7().to_string(), String::from);
        Rc::new(Self { id, client })
    }

    /// The stored one, or a new reading where none was stored.
    pub(crate) fn of(req: &HttpRequest, proxies: &TrustedProxies) -> Rc<Self> {
        let left = req.extensions().get::<Rc<Self>>().cloned();
        left.unwrap_or_else(|| Self::read(req, proxies))
    }
}

/// The path as the routes see it: decoded, so that checks treat `/%73ign-in` as `/sign-in`.
pub(crate) fn path(req: &HttpRequest) -> &str {
    req.match_info().as_str()
}

/// Returns a path on this site, or `/`. A form must not lead to another site, and to browsers `//host` and `/\host` are other sites.
pub(crate) fn local_path(next: &str) -> &str {
    let mut bytes = next.bytes();
    let local = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if local && plain { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_next_path_of_another_site() {
        for next in ["/", "/rooms/K7QF2M", "/rooms/K7QF2M?a=b"] {
            assert_eq!(local_path(next), next);
        }
        for next in
            ["", "rooms", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie: x", "/\t/evil.example"]
        {
            assert_eq!(local_path(next), "/", "{next:?}");
        }
    }
}
