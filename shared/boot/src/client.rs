//! Who asks, and at which address: behind proxies as well as without.

use std::net::{IpAddr, SocketAddr};

use crate::settings::TrustedProxies;

/// What is known of a request's client and of the address that it used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// The client's address. None where it came over a Unix socket and no proxy named it.
    pub addr: Option<IpAddr>,
    /// `http` or `https`, as the client's browser sees it.
    pub scheme: &'static str,
    /// The `Host` header as given, empty where there was none. Not yet checked against `ALLOWED_HOSTS`.
    pub host: String,
}

impl ClientInfo {
    /// Reads the headers of a request from `peer` (None: a Unix socket, which counts as this machine).
    ///
    /// Takes every header line, since a client may send its own `X-Forwarded-For` before the one that the proxy adds:
    /// the addresses are walked from the right, past trusted proxies, and the first that is not trusted is the client.
    pub fn read<'h>(
        peer: Option<IpAddr>,
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
        proxies: &TrustedProxies,
    ) -> Self {
        let mut hops = Vec::new();
        let mut scheme = "http";
        let mut host = String::new();
        let peer = peer.map(|peer| peer.to_canonical());
        let trusted = proxies.trusts(peer);
        for (name, value) in headers {
            let value = String::from_utf8_lossy(value);
            if name.eq_ignore_ascii_case("host") {
                host = value.trim().to_owned();
            } else if trusted && name.eq_ignore_ascii_case("x-forwarded-for") {
                hops.extend(value.split(',').map(parse_hop));
            } else if trusted && name.eq_ignore_ascii_case("x-forwarded-proto") {
                scheme = last_scheme(&value);
            }
        }
        Self { addr: walk(peer, &hops, proxies), scheme, host }
    }

    /// Whether the client's side of the connection is encrypted.
    pub fn is_secure(&self) -> bool {
        self.scheme == "https"
    }
}

fn walk(peer: Option<IpAddr>, hops: &[Option<IpAddr>], proxies: &TrustedProxies) -> Option<IpAddr> {
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !proxies.trusts(client) {
            break;
        }
        // A hop that is no address ("unknown", garbage) hides all before it.
        let Some(hop) = hop else { break };
        client = Some(*hop);
    }
    client
}

/// An address, with or without a port: some load balancers add it.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let addr = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|addr| addr.ip()))
        .or_else(|_| text.trim_matches(['[', ']']).parse());
    addr.ok().map(|addr| addr.to_canonical())
}

/// Where each proxy adds its own, the last is the one that the trusted peer wrote.
fn last_scheme(value: &str) -> &'static str {
    let last = value.rsplit(',').next().unwrap_or_default().trim();
    if last.eq_ignore_ascii_case("https") || last.eq_ignore_ascii_case("wss") { "https" } else { "http" }
}
