//! The address of the WebSockets for pages.

use catamaran_boot::settings::{Parsed, Reader};
use catamaran_edge::split_port;

/// `WS_URL`: unset for the page's own origin; `ws://HOST[:PORT]` or `wss://HOST[:PORT]`; or `:PORT` for the page's host
/// with that port (two processes on a laptop).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WsUrl {
    /// The page's own origin.
    #[default]
    SameOrigin,
    /// The page's host, this port.
    Port(u16),
    /// This base, without a final slash.
    Base(String),
}

impl WsUrl {
    /// The base of socket addresses for a page requested with this scheme (`http`, `https`) and `Host` header:
    /// `ws://host:port` without a final slash.
    pub fn for_page(&self, scheme: &str, host: &str) -> String {
        let ws = if scheme.eq_ignore_ascii_case("https") { "wss" } else { "ws" };
        match self {
            Self::SameOrigin => format!("{ws}://{host}"),
            Self::Port(port) => {
                let name = split_port(host).map_or(host, |(name, _)| name);
                format!("{ws}://{name}:{port}")
            }
            Self::Base(base) => base.clone(),
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        reader.parse("WS_URL", parse).unwrap_or_default()
    }
}

fn parse(text: &str) -> Parsed<WsUrl> {
    const EXPECTED: &str = "ws://HOST[:PORT], wss://HOST[:PORT] or :PORT, without a path";
    if let Some(port) = text.strip_prefix(':') {
        return port.parse().map(WsUrl::Port).map_err(|_| EXPECTED.into());
    }
    let base = text.strip_suffix('/').unwrap_or(text);
    let host = base.strip_prefix("ws://").or_else(|| base.strip_prefix("wss://"));
    let (name, port) = host.and_then(split_port).ok_or(EXPECTED)?;
    let port_sound = port.is_none_or(|port| port.parse::<u16>().is_ok());
    // The base goes into a Content-Security-Policy, where a space, comma or semicolon would start another directive.
    let name_sound = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.[]:".contains(&b));
    if port_sound && name_sound { Ok(WsUrl::Base(base.to_owned())) } else { Err(EXPECTED.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_the_socket_address_of_a_page() {
        let same = WsUrl::SameOrigin;
        assert_eq!(same.for_page("http", "a:8000"), "ws://a:8000");
        assert_eq!(same.for_page("https", "a"), "wss://a");
        let port = parse(":8001").unwrap();
        assert_eq!(port.for_page("http", "a:8000"), "ws://a:8001");
        assert_eq!(port.for_page("https", "[::1]:8000"), "wss://[::1]:8001");
        let base = parse("wss://ws.example.com/").unwrap();
        assert_eq!(base.for_page("http", "a"), "wss://ws.example.com");
    }

    #[test]
    fn refuses_invalid_socket_bases() {
        for text in ["http://a", ":x", ":70000", "ws://", "ws://a/b", "ws://a;b", "ws://a:x", "a"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
