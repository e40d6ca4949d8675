//! Host names as `Host` headers, origins and settings write them.

use std::net::{IpAddr, Ipv6Addr};

/// Splits `name`, `name:port`, `[v6]` or `[v6]:port`. `None` if other text follows the brackets.
pub fn split_port(host: &str) -> Option<(&str, Option<&str>)> {
    let name_end = if host.starts_with('[') { host.find(']')? + 1 } else { host.find(':').unwrap_or(host.len()) };
    let (name, port) = host.split_at(name_end);
    match port.strip_prefix(':') {
        Some(port) => Some((name, Some(port))),
        None if port.is_empty() => Some((name, None)),
        None => None,
    }
}

/// The name and the port of a host, so that every spelling of one name gives the same: lower case, without brackets and without the
/// final dot of a full name, international names in punycode, IPv6 addresses in their short form. None for what is no host.
pub(crate) fn parse(host: &str) -> Option<(String, Option<u16>)> {
    let (name, port) = split_port(host)?;
    let port = match port {
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(port.parse().ok()?),
        Some(_) => return None,
        None => None,
    };
    Some((canonical(name)?, port))
}

fn canonical(name: &str) -> Option<String> {
    if let Some(inner) = name.strip_prefix('[') {
        return Some(inner.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?.to_string());
    }
    let name = if name.is_ascii() { name.to_ascii_lowercase() } else { idna::domain_to_ascii(name).ok()? };
    let name = name.strip_suffix('.').unwrap_or(&name);
    let is_label =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    name.split('.').all(is_label).then(|| name.to_owned())
}

/// Whether a canonical name is `localhost` or below it.
pub(crate) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether a canonical name is an address.
pub(crate) fn is_address(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok()
}

/// Whether a `Host` header names a site of the public net: neither this machine, nor an address, nor nothing readable.
pub fn is_public_name(host: &str) -> bool {
    parse(host).is_some_and(|(name, _)| !is_localhost(&name) && !is_address(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalizes_all_spellings_of_a_name() {
        for (spelling, name, port) in [
            ("example.com", "example.com", None),
            ("EXAMPLE.com.:8000", "example.com", Some(8000)),
            ("[::1]:80", "::1", Some(80)),
            ("[0:0:0:0:0:0:0:1]", "::1", None),
            ("한글.example", "xn--bj0bj06e.example", None),
            ("XN--bj0bj06e.example", "xn--bj0bj06e.example", None),
            ("my_host", "my_host", None),
        ] {
            assert_eq!(parse(spelling), Some((name.to_owned(), port)), "{spelling}");
        }
    }

    #[test]
    fn refuses_text_that_is_no_host() {
        for text in [
            "", ".", ".a", "a..b", "a b", "a/b", "user@a", "a:x", "a:+80", "a:70000", "a:", "[::1", "[x]", "[::1]x", "a,b",
            "<script>",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn distinguishes_public_names_from_local_ones_and_addresses() {
        for host in ["example.com", "www.example.com:8443", "intranet"] {
            assert!(is_public_name(host), "{host}");
        }
        for host in ["localhost:8000", "LOCALHOST.", "a.localhost", "127.0.0.1", "192.0.2.1:80", "[2001:db8::1]:443", "", "a b"] {
            assert!(!is_public_name(host), "{host}");
        }
    }
}
