//! The session cookie's domain.

use std::net::IpAddr;

use catamaran_boot::settings::{Parsed, Reader};

/// `COOKIE_DOMAIN`: set where pages and sockets have different host names below one domain (`www.` and `ws.`); default
/// unset, the cookie is the page's host's alone.
pub(crate) fn read(reader: &mut Reader<'_>) -> Option<String> {
    reader.parse("COOKIE_DOMAIN", parse)
}

fn parse(text: &str) -> Parsed<String> {
    let domain = text.strip_prefix('.').unwrap_or(text);
    let sound = domain.split('.').all(is_label) && domain.parse::<IpAddr>().is_err();
    if sound && domain.contains('.') { Ok(domain.to_ascii_lowercase()) } else { Err("a domain such as example.com".to_owned()) }
}

/// One part of a host name between its dots.
fn is_label(part: &str) -> bool {
    let plain = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain && (1..=63).contains(&part.len()) && !part.starts_with('-') && !part.ends_with('-')
}
