//! A request's client, and the host and scheme that it used, with and without proxies.

mod claims;
mod forwarded;
mod untrusted;

use std::net::IpAddr;

use serde_json::{Value, json};

use self::claims::{Claims, Name};
use crate::{TrustedProxies, host};

/// A request's client, and the address that it used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientInfo {
    /// The client's address. `None` on a Unix socket if no proxy names it.
    pub addr: Option<IpAddr>,
    /// `http` or `https`, as the client's browser sees it.
    pub scheme: &'static str,
    /// The host and port that the client requested; empty without one. It is not checked against `ALLOWED_HOSTS` yet.
    pub host: String,
    /// Whether the request has forwarding headers, trusted or not: then a proxy is in front.
    pub proxied: bool,
    /// A forwarding header that is ignored, because `TRUSTED_PROXIES` does not name the peer.
    pub ignored: Option<&'static str>,
    /// The `X-Request-Id` of a trusted peer: 1 to 64 of `A-Z a-z 0-9 - _ .`. `None` if there is none, or if it could disturb a log.
    pub request_id: Option<Box<str>>,
}

/// The header that carries a request's id through proxies and processes.
pub const REQUEST_ID: &str = "x-request-id";
const MAX_REQUEST_ID: usize = 64;

impl ClientInfo {
    /// Reads the headers of a request from `peer` (None: a Unix socket, which counts as this machine). The README of this crate has
    /// the order in which headers count. Of several `host` lines the last counts.
    ///
    /// Logs a warning, once for a peer, if it sends forwarding headers and `TRUSTED_PROXIES` does not name it.
    pub fn read<'h>(
        peer: Option<IpAddr>,
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
        proxies: &TrustedProxies,
    ) -> Self {
        let mut claims = Claims::default();
        let (mut host, mut request_id) = (&b""[..], None);
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("host") {
                host = value;
            } else if name.eq_ignore_ascii_case(REQUEST_ID) {
                request_id = Some(value);
            } else {
                claims.take(name, value);
            }
        }
        let peer = peer.map(|peer| peer.to_canonical());
        let host = String::from_utf8_lossy(host.trim_ascii()).into_owned();
        if proxies.trusts(peer) {
            return Self { request_id: request_id.and_then(safe_id), ..believe(peer, host, &claims, proxies) };
        }
        let ignored = claims.any();
        if let Some(header) = ignored {
            untrusted::warn_once(peer, header);
        }
        Self { addr: peer, scheme: "http", host, proxied: ignored.is_some(), ignored, request_id: None }
    }

    /// The client as JSON, for an answer to this very client: `address`, `scheme`, `host`, `proxied`, `ignored`. `http-server doctor` reads
    /// it to find a proxy that forwards too little or too much.
    pub fn described(&self) -> Value {
        json!({
            "address": self.addr,
            "scheme": self.scheme,
            "host": self.host,
            "proxied": self.proxied,
            "ignored": self.ignored,
        })
    }

    /// Whether the client's side of the connection is encrypted.
    pub fn is_secure(&self) -> bool {
        self.scheme == "https"
    }
}

/// The client as trusted proxies describe it.
fn believe(peer: Option<IpAddr>, host: String, claims: &Claims<'_>, proxies: &TrustedProxies) -> ClientInfo {
    let elements = claims.elements();
    let addresses = claims.addresses(&elements);
    let (addr, hops) = walk(peer, &addresses, proxies);
    let element = elements.get(elements.len().wrapping_sub(hops));
    let route = Route { hops, of: addresses.len(), claims };
    let scheme = route.scheme(element.and_then(|element| element.proto.as_deref()));
    let host = route.entry(Name::XForwardedHost).or_else(|| element?.host.clone()).unwrap_or(host);
    ClientInfo { addr, scheme, host: route.with_port(host), proxied: claims.any().is_some(), ignored: None, request_id: None }
}

/// The id, unless it could disturb a log.
fn safe_id(id: &[u8]) -> Option<Box<str>> {
    let is_safe = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let id = std::str::from_utf8(id).ok()?;
    ((1..=MAX_REQUEST_ID).contains(&id.len()) && id.as_bytes().iter().all(is_safe)).then(|| id.into())
}

/// Walks from the peer towards the client, past trusted proxies. The first untrusted address is the client's. Also returns the number of
/// entries on the way.
fn walk(peer: Option<IpAddr>, addresses: &[Option<IpAddr>], proxies: &TrustedProxies) -> (Option<IpAddr>, usize) {
    let (mut client, mut hops) = (peer, 0);
    for address in addresses.iter().rev() {
        if !proxies.trusts(client) {
            break;
        }
        hops += 1;
        // An entry that is no address ("unknown", garbage) hides all before it.
        let Some(address) = address else { break };
        client = Some(*address);
    }
    (client, hops)
}

/// The way from the client to us: `hops` trusted proxies, `of` entries in the header that names addresses.
struct Route<'a, 'h> {
    hops: usize,
    of: usize,
    claims: &'a Claims<'h>,
}

impl Route<'_, '_> {
    /// The entry of a header that describes the client's own request.
    ///
    /// A header with an entry for each address was added to by each proxy, so the entry at the client's place counts. In any other
    /// header the first entry does: tunnels write `https,http` beside one address.
    fn entry(&self, name: Name) -> Option<String> {
        let entries = self.claims.list(name);
        let aligned = entries.len() == self.of && self.hops > 0;
        let entry = if aligned { entries.get(self.of - self.hops) } else { entries.first() };
        let entry = entry.map(|entry| entry.trim_matches('"'));
        entry.filter(|entry| !entry.is_empty()).map(str::to_owned)
    }

    fn scheme(&self, forwarded: Option<&str>) -> &'static str {
        use Name::{FrontEndHttps, XForwardedProto, XForwardedScheme, XForwardedSsl, XScheme, XUrlScheme};
        let named = |name| self.entry(name).as_deref().and_then(scheme_of);
        let switched = |name| self.entry(name).as_deref().and_then(scheme_of_switch);
        named(XForwardedProto)
            .or_else(|| forwarded.and_then(scheme_of))
            .or_else(|| [XForwardedScheme, XScheme, XUrlScheme].into_iter().find_map(named))
            .or_else(|| [XForwardedSsl, FrontEndHttps].into_iter().find_map(switched))
            .unwrap_or("http")
    }

    /// The host with `X-Forwarded-Port`, where it has no port of its own. The usual ports are left out: load balancers that end TLS
    /// send 80 beside `https`.
    fn with_port(&self, host: String) -> String {
        let bare = host::split_port(&host).is_some_and(|(name, port)| port.is_none() && !name.is_empty());
        let port = self.entry(Name::XForwardedPort).and_then(|port| port.parse::<u16>().ok());
        match port.filter(|port| bare && ![0, 80, 443].contains(port)) {
            Some(port) => format!("{host}:{port}"),
            None => host,
        }
    }
}

fn scheme_of(text: &str) -> Option<&'static str> {
    let is = |names: [&str; 2]| names.iter().any(|name| text.eq_ignore_ascii_case(name));
    if is(["https", "wss"]) {
        return Some("https");
    }
    is(["http", "ws"]).then_some("http")
}

fn scheme_of_switch(text: &str) -> Option<&'static str> {
    ["on", "1", "true", "yes"].iter().any(|on| text.eq_ignore_ascii_case(on)).then_some("https")
}
