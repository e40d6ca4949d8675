//! The id, client and path of a request, read before any handler runs.

use std::rc::Rc;

use actix_web::{HttpMessage as _, HttpRequest, dev::ServiceRequest, http::header::HeaderMap};
use application::Settings;
use catamaran_edge::{ClientInfo, TrustedProxies};
use uuid::Uuid;

/// The header that carries a request's id, both ways.
pub(crate) const REQUEST_ID: &str = "x-request-id";
const MAX_ID: usize = 64;

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
        let id = given_id(req.headers()).unwrap_or_else(|| Uuid::now_v7().to_string());
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

/// The id that a proxy or a client gave, unless it could disturb a log.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let sane = (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    sane.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn replaces_an_id_that_could_disturb_a_log() {
        let id = |given: &str| {
            let req = TestRequest::default().insert_header((REQUEST_ID, given)).to_http_request();
            RequestInfo::read(&req, &TrustedProxies::default()).id.clone()
        };
        assert_eq!(id("abc-1_2.3"), "abc-1_2.3");
        for given in ["", "a b", "a\tb", "{}", &"x".repeat(65)] {
            assert!(Uuid::parse_str(&id(given)).is_ok(), "{given}");
        }
    }

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
