//! What is known of a request before any handler sees it.

use std::rc::Rc;

use actix_web::{HttpMessage as _, HttpRequest, dev::ServiceRequest, http::header::HeaderMap};
use application::Settings;
use catamaran_edge::{ClientInfo, TrustedProxies};
use uuid::Uuid;

/// The header that carries a request's id, both ways.
pub(crate) const REQUEST_ID: &str = "x-request-id";
const MAX_ID: usize = 64;

/// A request's id and client. Read once, and left with the request.
#[derive(Debug)]
pub(crate) struct RequestInfo {
    /// Finds this request in the logs of every process and proxy on its way.
    pub(crate) id: String,
    pub(crate) client: ClientInfo,
}

impl RequestInfo {
    /// Reads it, and leaves it with the request.
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

    /// What was left with the request.
    pub(crate) fn of(req: &HttpRequest, proxies: &TrustedProxies) -> Rc<Self> {
        let left = req.extensions().get::<Rc<Self>>().cloned();
        left.unwrap_or_else(|| Self::read(req, proxies))
    }
}

/// The path as the routes see it: decoded, so that `/%73ign-in` is `/sign-in` to whatever decides by the path.
pub(crate) fn path(req: &HttpRequest) -> &str {
    req.match_info().as_str()
}

/// A path on this site, or `/`: a form must not send anybody elsewhere (`//host` and `/\host` are other sites to browsers).
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
    fn an_id_that_could_disturb_a_log_is_replaced() {
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
    fn next_stays_on_this_site() {
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
