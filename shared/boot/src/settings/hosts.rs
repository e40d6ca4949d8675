//! Which `Host` headers are ours.

use std::net::IpAddr;

use super::reader::{Parsed, Reader, quoted};

/// One entry of `ALLOWED_HOSTS`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HostPattern {
    /// `*`
    Any,
    /// `.example.com`: the domain and everything below it. Kept without the dot.
    Below(String),
    /// `example.com`, `127.0.0.1`, `::1`.
    Exact(String),
}

/// `ALLOWED_HOSTS`: a comma list in Django's patterns (`example.com`, `.example.com`, `*`), ports left out; default
/// `localhost,127.0.0.1,[::1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHosts(Vec<HostPattern>);

/// A `Host` header that is not ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostFault {
    /// There was none, or it is no host name.
    #[error("the Host header is missing or is not a host name")]
    Unreadable,
    /// It names a host that `ALLOWED_HOSTS` lacks.
    #[error(
        "the host {} is not served here; if it should be, add it to ALLOWED_HOSTS",
        quoted(.0)
    )]
    NotAllowed(
        /// The host without its port.
        String,
    ),
}

impl AllowedHosts {
    /// Checks a `Host` header, `name` or `name:port`.
    ///
    /// # Errors
    /// [`HostFault`] says whether it could not be read or is not in the list.
    pub fn check(&self, host: &str) -> Result<(), HostFault> {
        let name = name_of(host).ok_or(HostFault::Unreadable)?;
        let allowed = self.0.iter().any(|pattern| match pattern {
            HostPattern::Any => true,
            HostPattern::Exact(exact) => *exact == name,
            HostPattern::Below(domain) => {
                name.strip_suffix(domain.as_str()).is_some_and(|below| below.is_empty() || below.ends_with('.'))
            }
        });
        if allowed { Ok(()) } else { Err(HostFault::NotAllowed(name)) }
    }

    /// Whether only browsers on this machine can name one of these hosts.
    pub(super) fn only_loopback(&self) -> bool {
        self.0.iter().all(|pattern| match pattern {
            HostPattern::Any => false,
            HostPattern::Below(domain) => domain == "localhost",
            HostPattern::Exact(name) => {
                name == "localhost" || name.ends_with(".localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
        })
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let patterns = reader.parse_list("ALLOWED_HOSTS", parse_pattern);
        let local = ["localhost", "127.0.0.1", "::1"].map(|name| HostPattern::Exact(name.into()));
        Self(patterns.unwrap_or_else(|| local.into()))
    }
}

fn parse_pattern(text: &str) -> Parsed<HostPattern> {
    const EXPECTED: &str = "a host name, .example.com for a domain and all below it, or *; no scheme and no port";
    if text == "*" {
        return Ok(HostPattern::Any);
    }
    let (make, rest): (fn(String) -> HostPattern, _) = match text.strip_prefix('.') {
        Some(rest) => (HostPattern::Below, rest),
        None => (HostPattern::Exact, text),
    };
    // A bare IPv6 address is read too, although a header has it in brackets.
    let bracketed = rest.parse::<std::net::Ipv6Addr>().is_ok();
    let rest = if bracketed { format!("[{rest}]") } else { rest.to_owned() };
    match split_port(&rest) {
        Some((_, Some(_))) => Err(EXPECTED.to_owned()),
        _ => name_of(&rest).map(make).ok_or_else(|| EXPECTED.to_owned()),
    }
}

/// The host of a `Host` header: lower case, without port, brackets and the final dot of a full name.
fn name_of(host: &str) -> Option<String> {
    let (name, port) = split_port(host)?;
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return None;
    }
    if let Some(inner) = name.strip_prefix('[') {
        let v6 = inner.strip_suffix(']')?.parse::<std::net::Ipv6Addr>().ok()?;
        return Some(v6.to_string());
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let sound = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    (sound && !name.is_empty()).then(|| name.to_ascii_lowercase())
}

/// `name`, `name:port`, `[v6]` or `[v6]:port` in its two parts.
pub(crate) fn split_port(host: &str) -> Option<(&str, Option<&str>)> {
    let name_end = if host.starts_with('[') { host.find(']')? + 1 } else { host.find(':').unwrap_or(host.len()) };
    let (name, port) = host.split_at(name_end);
    match port.strip_prefix(':') {
        Some(port) => Some((name, Some(port))),
        None if port.is_empty() => Some((name, None)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(list: &str) -> AllowedHosts {
        AllowedHosts(list.split(',').map(|e| parse_pattern(e).unwrap()).collect())
    }

    #[test]
    fn exact_names_match_whatever_case_port_and_final_dot() {
        let hosts = hosts("example.com,[::1],::2");
        for host in ["example.com", "EXAMPLE.com:8000", "example.com.", "[::1]:80", "[0:0::1]", "[::2]"] {
            assert_eq!(hosts.check(host), Ok(()), "{host}");
        }
        for host in ["www.example.com", "example.org", "[::3]", "xexample.com"] {
            assert!(matches!(hosts.check(host), Err(HostFault::NotAllowed(_))), "{host}");
        }
    }

    #[test]
    fn a_leading_dot_takes_the_domain_and_all_below_it() {
        let hosts = hosts(".example.com");
        assert_eq!(hosts.check("example.com"), Ok(()));
        assert_eq!(hosts.check("a.b.example.com:1"), Ok(()));
        assert!(hosts.check("notexample.com").is_err());
    }

    #[test]
    fn what_is_no_host_is_refused_even_by_the_star() {
        let hosts = hosts("*");
        assert_eq!(hosts.check("anything.at.all:1"), Ok(()));
        for host in ["", "a b", "a/b", "a@b", "a:x", "a:70000", "[::1", "[x]", "[::1]x", "a,b", "<script>"] {
            assert_eq!(hosts.check(host), Err(HostFault::Unreadable), "{host}");
        }
    }

    #[test]
    fn patterns_with_scheme_or_port_are_refused() {
        for text in ["http://a", "a:80", "[::1]:80", ".", "a b"] {
            assert!(parse_pattern(text).is_err(), "{text}");
        }
    }
}
