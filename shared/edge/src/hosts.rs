//! The hosts that a request may name.

use std::{
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use crate::{host, quoted};

/// One entry of [`AllowedHosts`], read from its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(Pattern);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// `*`
    Any,
    /// `.example.com`: the domain and everything below it. Kept without the dot.
    Below(String),
    /// `example.com`, `127.0.0.1`, `::1`.
    Exact(String),
}

/// The hosts that requests may name (`ALLOWED_HOSTS`), in Django's patterns: `example.com`, `.example.com`, `*`, ports left out. By default
/// this machine's own names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHosts(Vec<Pattern>);

/// A `Host` header that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostFault {
    /// The header is missing, or it is no host name.
    #[error("the Host header is missing or is not a host name")]
    Unreadable,
    /// It names a host that `ALLOWED_HOSTS` lacks.
    #[error(
        "the host {} is not served here; if it should be, add it to ALLOWED_HOSTS; if a proxy put it in place of the page's host, let the \
         proxy pass Host on as it is, or send X-Forwarded-Host and be named in TRUSTED_PROXIES",
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
        let (name, _) = host::parse(host).ok_or(HostFault::Unreadable)?;
        let allowed = self.0.iter().any(|pattern| match pattern {
            Pattern::Any => true,
            Pattern::Exact(exact) => *exact == name,
            Pattern::Below(domain) => {
                name.strip_suffix(domain.as_str()).is_some_and(|below| below.is_empty() || below.ends_with('.'))
            }
        });
        if allowed { Ok(()) } else { Err(HostFault::NotAllowed(name)) }
    }

    /// Whether only browsers on this machine can name one of these hosts.
    pub fn only_loopback(&self) -> bool {
        self.0.iter().all(|pattern| match pattern {
            Pattern::Any => false,
            Pattern::Below(domain) => domain == "localhost",
            Pattern::Exact(name) => host::is_localhost(name) || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        })
    }
}

impl Default for AllowedHosts {
    fn default() -> Self {
        Self(["localhost", "127.0.0.1", "::1"].map(|name| Pattern::Exact(name.into())).into())
    }
}

impl FromIterator<HostPattern> for AllowedHosts {
    fn from_iter<I: IntoIterator<Item = HostPattern>>(patterns: I) -> Self {
        Self(patterns.into_iter().map(|pattern| pattern.0).collect())
    }
}

impl FromStr for HostPattern {
    type Err = String;

    /// # Errors
    /// The expected form, as text.
    fn from_str(text: &str) -> Result<Self, String> {
        parse_pattern(text).map(Self)
    }
}

fn parse_pattern(text: &str) -> Result<Pattern, String> {
    const EXPECTED: &str = "a host name, .example.com for a domain and all below it, or *; no scheme and no port";
    if text == "*" {
        return Ok(Pattern::Any);
    }
    let (make, rest): (fn(String) -> Pattern, _) = match text.strip_prefix('.') {
        Some(rest) => (Pattern::Below, rest),
        None => (Pattern::Exact, text),
    };
    // A bare IPv6 address is read too, although a header has it in brackets.
    let bracketed = rest.parse::<Ipv6Addr>().is_ok();
    let rest = if bracketed { format!("[{rest}]") } else { rest.to_owned() };
    match host::parse(&rest) {
        Some((name, None)) => Ok(make(name)),
        _ => Err(EXPECTED.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(list: &str) -> AllowedHosts {
        AllowedHosts(list.split(',').map(|e| parse_pattern(e).unwrap()).collect())
    }

    #[test]
    fn matches_names_with_any_case_port_and_final_dot() {
        let hosts = hosts("Example.com.,[::1],0::2,한글.example");
        for host in [
            "example.com",
            "EXAMPLE.com:8000",
            "example.com.",
            "example.com.:80",
            "[::1]:80",
            "[0:0::1]",
            "[::2]",
            "xn--bj0bj06e.example",
        ] {
            assert_eq!(hosts.check(host), Ok(()), "{host}");
        }
        for host in ["www.example.com", "example.org", "[::3]", "xexample.com"] {
            assert!(matches!(hosts.check(host), Err(HostFault::NotAllowed(_))), "{host}");
        }
    }

    #[test]
    fn a_leading_dot_matches_the_domain_and_its_subdomains() {
        let hosts = hosts(".Example.com");
        assert_eq!(hosts.check("example.com"), Ok(()));
        assert_eq!(hosts.check("a.b.example.com:1"), Ok(()));
        assert!(hosts.check("notexample.com").is_err());
    }

    #[test]
    fn the_star_refuses_text_that_is_no_host() {
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
