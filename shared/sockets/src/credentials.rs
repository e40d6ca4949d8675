//! A handshake, as authentication sees it.

use std::net::IpAddr;

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderValue},
};
use catamaran_edge::ClientInfo;

/// A handshake with everything that may authenticate a client: cookies, `Authorization`, the query, subprotocols. A consumer sees
/// neither cookies nor `Authorization`.
pub struct Handshake<'r> {
    request: &'r HttpRequest,
    client: &'r ClientInfo,
}

impl<'r> Handshake<'r> {
    pub(crate) fn new(request: &'r HttpRequest, client: &'r ClientInfo) -> Self {
        Self { request, client }
    }

    /// The path, without the query.
    pub fn path(&self) -> &'r str {
        self.request.path()
    }

    /// The part of the path that the route calls `name`.
    pub fn param(&self, name: &str) -> Option<&'r str> {
        self.request.match_info().get(name)
    }

    /// The query, without the `?`.
    pub fn query(&self) -> &'r str {
        self.request.query_string()
    }

    /// The values of a header, in the order of its lines.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &'r [u8]> + Clone + use<'r> {
        self.request.headers().get_all(name).map(HeaderValue::as_bytes)
    }

    /// The values of a cookie, in the order in which the browser sent them: several if it was set on several domains.
    pub fn cookies<'n>(&self, name: &'n str) -> impl Iterator<Item = &'r str> + use<'r, 'n> {
        catamaran_edge::cookie_values(self.headers("cookie"), name)
    }

    /// The token of `Authorization: Bearer …`.
    pub fn bearer(&self) -> Option<&'r str> {
        let (scheme, token) = self.request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The subprotocols that the client offers. A browser's page can put a token into no other header. It offers the token beside a
    /// declared subprotocol, which the server answers.
    pub fn subprotocols(&self) -> impl Iterator<Item = &'r str> + use<'r> {
        let lines = self.request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
        lines.flat_map(|list| list.split(',')).map(str::trim)
    }

    /// The client's address, seen through trusted proxies. `None` on a Unix socket if no proxy names it.
    pub fn address(&self) -> Option<IpAddr> {
        self.client.addr
    }

    /// Whether the client's side of the connection is encrypted.
    pub fn is_secure(&self) -> bool {
        self.client.is_secure()
    }
}
