//! The origins that a request may have besides the site's own.

use std::{fmt, str::FromStr};

use crate::host;

/// The header's value where a page has no origin of its own.
const NULL: &str = "null";

/// An origin as an `Origin` header names it: a page's, an app's (`capacitor://localhost`), or `null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// In lower case. `ws` and `wss` count as `http` and `https`: programs send the scheme of the socket's address.
    scheme: String,
    /// In lower case; empty for `null` and `file://`.
    host: String,
    /// `None` for the scheme's default port.
    port: Option<u16>,
}

/// `ALLOWED_ORIGINS`: a comma list of origins as they are sent, in addition to the site's own; `https://*.example.com` allows all
/// names below `example.com`. Default: none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedOrigins(Vec<Entry>);

/// One entry of [`AllowedOrigins`], read from its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginPattern(Entry);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Exact(Origin),
    /// The origins whose hosts are below this one's.
    Below(Origin),
}

impl Origin {
    /// Reads an `Origin` header or an entry of `ALLOWED_ORIGINS`. None where it is no origin.
    pub fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case(NULL) {
            return Some(Self { scheme: NULL.to_owned(), host: String::new(), port: None });
        }
        let (scheme, host) = text.split_once("://")?;
        // Copied addresses have a final slash, and some clients send one.
        Self::of(scheme, host.strip_suffix('/').unwrap_or(host))
    }

    /// The origin of a page at this scheme and host.
    pub fn of(scheme: &str, host: &str) -> Option<Self> {
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "ws" => "http".to_owned(),
            "wss" => "https".to_owned(),
            scheme if is_scheme(scheme) => scheme.to_owned(),
            _ => return None,
        };
        let Some(usual) = usual_port(&scheme) else {
            return is_app_host(&scheme, host).then(|| Self { scheme, host: host.to_ascii_lowercase(), port: None });
        };
        let (host, port) = host::parse(host)?;
        Some(Self { scheme, host, port: port.filter(|port| *port != usual) })
    }

    /// Whether this is `null`, which any page can make a browser send.
    pub fn is_null(&self) -> bool {
        self.scheme == NULL
    }

    /// Whether this is the origin of the site itself, which the client reached at `host`: the same name and port, with http or https.
    /// The scheme is not compared, because not every proxy says which one its clients use.
    pub fn is_at(&self, host: &str) -> bool {
        let (Some(usual), Some((name, port))) = (usual_port(&self.scheme), host::parse(host)) else {
            return false;
        };
        let same_port = match port {
            None => self.port.is_none(),
            Some(port) => self.port.unwrap_or(usual) == port || (self.port.is_none() && [80, 443].contains(&port)),
        };
        same_port && name == self.host
    }

    /// Whether it is the origin of a web page, not of an app, an extension or a file.
    pub(crate) fn is_web(&self) -> bool {
        usual_port(&self.scheme).is_some()
    }

    /// The host without its port, as `ALLOWED_HOSTS` has it.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

fn is_scheme(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// The part after `://` of an app's or an extension's origin. Only a file has none.
fn is_app_host(scheme: &str, host: &str) -> bool {
    let sound = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:[]{}".contains(&byte));
    sound && (scheme == "file") == host.is_empty()
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_null() {
            return f.write_str(NULL);
        }
        let brackets = if self.host.contains(':') && usual_port(&self.scheme).is_some() { ("[", "]") } else { ("", "") };
        write!(f, "{}://{}{}{}", self.scheme, brackets.0, self.host, brackets.1)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl AllowedOrigins {
    /// Whether the list names this origin.
    pub fn contains(&self, origin: &Origin) -> bool {
        self.0.iter().any(|entry| match entry {
            Entry::Exact(exact) => exact == origin,
            Entry::Below(domain) => domain.is_above(origin),
        })
    }
}

impl FromIterator<OriginPattern> for AllowedOrigins {
    fn from_iter<I: IntoIterator<Item = OriginPattern>>(patterns: I) -> Self {
        Self(patterns.into_iter().map(|pattern| pattern.0).collect())
    }
}

impl FromStr for OriginPattern {
    type Err = String;

    /// # Errors
    /// The expected form, as text.
    fn from_str(text: &str) -> Result<Self, String> {
        parse_entry(text).map(Self)
    }
}

impl Origin {
    fn is_above(&self, other: &Self) -> bool {
        let below = other.host.strip_suffix(&self.host).and_then(|rest| rest.strip_suffix('.'));
        below.is_some_and(|name| !name.is_empty()) && (&self.scheme, self.port) == (&other.scheme, other.port)
    }
}

impl From<Vec<Origin>> for AllowedOrigins {
    fn from(origins: Vec<Origin>) -> Self {
        Self(origins.into_iter().map(Entry::Exact).collect())
    }
}

fn parse_entry(text: &str) -> Result<Entry, String> {
    const EXPECTED: &str = "an origin as it is sent, without a path (https://HOST[:PORT], capacitor://localhost), or \
        https://*.DOMAIN for all names below a domain; * alone would let any page act for your users";
    let wild = text.split_once("://*.").map(|(scheme, domain)| format!("{scheme}://{domain}"));
    let entry = match wild {
        // An address has no subdomains, and those of a name of one part have no common owner.
        Some(domain) => Origin::parse(&domain)
            .filter(|origin| usual_port(&origin.scheme).is_some() && origin.host.contains('.') && !host::is_address(&origin.host))
            .map(Entry::Below),
        None => Origin::parse(text).map(Entry::Exact),
    };
    entry.ok_or_else(|| EXPECTED.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> AllowedOrigins {
        AllowedOrigins(text.split(',').map(|entry| parse_entry(entry).unwrap()).collect())
    }

    #[test]
    fn reads_a_header_and_a_setting_alike() {
        for (listed, sent) in [
            ("https://app.example", "https://app.example"),
            ("https://app.example/", "https://APP.example:443"),
            ("https://app.example.", "https://app.example/"),
            ("https://한글.example", "https://xn--bj0bj06e.example"),
            ("http://[0:0::1]:8000", "http://[::1]:8000"),
            ("wss://app.example", "https://app.example"),
            ("https://app.example", "wss://app.example"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("ionic://localhost", "ionic://localhost"),
            ("tauri://localhost", "Tauri://localhost/"),
            ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
            ("moz-extension://0b5c7a8e-1111-2222-3333-444455556666", "moz-extension://0b5c7a8e-1111-2222-3333-444455556666"),
            ("app://obsidian.md", "app://obsidian.md"),
            ("file://", "file://"),
            ("null", "null"),
        ] {
            assert!(list(listed).contains(&Origin::parse(sent).unwrap()), "{sent} beside {listed}");
        }
    }

    #[test]
    fn allows_names_below_a_domain_and_nothing_else() {
        let below = list("https://*.example.com,http://*.test.example:8000");
        for sent in ["https://a.example.com", "https://a.b.example.com:443", "wss://a.example.com", "http://x.test.example:8000"]
        {
            assert!(below.contains(&Origin::parse(sent).unwrap()), "{sent}");
        }
        for sent in [
            "https://example.com",
            "https://aexample.com",
            "http://a.example.com",
            "https://a.example.com:8443",
            "https://a.example.com.evil",
            "null",
            "http://x.test.example",
        ] {
            assert!(!below.contains(&Origin::parse(sent).unwrap()), "{sent}");
        }
    }

    #[test]
    fn names_the_fault_of_an_entry_that_is_no_origin() {
        for text in [
            "*",
            "https://*",
            "https://a.*.example",
            "*.example.com",
            "https://*.com",
            "https://*.192.0.2.1",
            "capacitor://*.localhost",
            "example.com",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://user@a",
            "://a",
            "1a://b",
            "capacitor://",
            "file:///a",
            "https://.example.com",
        ] {
            assert!(parse_entry(text).is_err(), "{text}");
        }
    }

    #[test]
    fn displays_an_origin_as_browsers_send_it() {
        for text in ["https://a:8443", "http://[::1]:8000", "capacitor://localhost", "file://", "null"] {
            assert_eq!(Origin::parse(text).unwrap().to_string(), text);
        }
    }
}
