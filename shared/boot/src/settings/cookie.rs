//! The session cookie's domain.

use super::reader::{Parsed, Reader};

/// `COOKIE_DOMAIN`: set where pages and sockets have different host names below one domain (`www.` and `ws.`); default
/// unset, the cookie is the page's host's alone.
pub(super) fn read_domain(reader: &mut Reader<'_>) -> Option<String> {
    reader.parse("COOKIE_DOMAIN", parse)
}

fn parse(text: &str) -> Parsed<String> {
    let domain = text.strip_prefix('.').unwrap_or(text);
    let sound = domain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    if sound && domain.contains('.') { Ok(domain.to_ascii_lowercase()) } else { Err("a domain such as example.com".to_owned()) }
}
