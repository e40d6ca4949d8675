//! Checks whether a request comes from one of the site's own pages.

use crate::{AllowedOrigins, ClientInfo, Origin, is_public_name};

/// The reason why an origin is refused. The text names the setting to change if the page belongs to the site.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginFault {
    /// There is no `Origin` header: no browser sent this.
    #[error("no Origin header; a browser always sends one here")]
    Missing,
    /// Text that names no origin.
    #[error("the Origin header is no origin; expected one line, scheme://host[:port] or null")]
    Unreadable,
    /// `null`.
    #[error(
        "the Origin header is null, which a sandboxed frame, a local file or a redirect sends: open the page at this server's address \
         (null in ALLOWED_ORIGINS would let any such page in)"
    )]
    Null,
    /// Another site's page, or the site's own under an unknown name.
    #[error("the page's origin is {found}, this server's is {ours}; {advice}")]
    Foreign {
        /// The page's origin.
        found: String,
        /// The origin that the request was sent to.
        ours: String,
        /// The setting to change.
        advice: String,
    },
}

/// The origin of a request's `Origin` lines; `None` without a line. Several lines, or one that is not text, give an origin that matches
/// none.
pub fn stated<'h>(lines: impl IntoIterator<Item = &'h [u8]>) -> Option<&'h str> {
    let mut lines = lines.into_iter();
    let first = lines.next()?;
    let alone = lines.next().is_none();
    Some(std::str::from_utf8(first).ok().filter(|_| alone).unwrap_or("unreadable"))
}

/// Checks an `Origin` header against the requested host, with any scheme, and against `ALLOWED_ORIGINS`.
///
/// # Errors
/// [`OriginFault`]. The caller decides whether [`OriginFault::Missing`] matters.
pub fn allowed(origin: Option<&str>, client: &ClientInfo, allowed: &AllowedOrigins) -> Result<(), OriginFault> {
    let origin = origin.ok_or(OriginFault::Missing)?;
    let found = Origin::parse(origin.trim()).ok_or(OriginFault::Unreadable)?;
    if found.is_at(&client.host) || allowed.contains(&found) {
        return Ok(());
    }
    Err(if found.is_null() { OriginFault::Null } else { foreign(&found, client) })
}

fn foreign(found: &Origin, client: &ClientInfo) -> OriginFault {
    let ours = Origin::of(client.scheme, &client.host);
    OriginFault::Foreign {
        advice: advice(found, ours.as_ref(), client),
        found: found.to_string(),
        ours: ours.map_or_else(|| "unknown".to_owned(), |ours| ours.to_string()),
    }
}

/// Names the setting to change for the likeliest cause.
fn advice(found: &Origin, ours: Option<&Origin>, client: &ClientInfo) -> String {
    const PASS_HOST: &str = "let the proxy pass Host on as it is (nginx: proxy_set_header Host $http_host;)";
    let list = format!("if the page is yours, add {found} to ALLOWED_ORIGINS");
    if let Some(header) = client.ignored {
        let peer = client.addr.map_or_else(|| "the Unix socket (loopback)".to_owned(), |addr| addr.to_string());
        return format!(
            "{header} is ignored: if a proxy of yours sent this, add {peer} to TRUSTED_PROXIES and {PASS_HOST}; otherwise {list}"
        );
    }
    // An app has an origin of its own, whatever host the origin names.
    let same_name = found.is_web() && ours.is_some_and(|ours| ours.host() == found.host());
    if same_name {
        return format!("only the port differs: {PASS_HOST}, with the port; or, {list}");
    }
    let replaced = format!("{PASS_HOST}, or send X-Forwarded-Host and name the proxy in TRUSTED_PROXIES");
    // A local name in place of a public one is what a proxy asks for by itself. In ALLOWED_ORIGINS the page's origin would then let the
    // page in, and its links, cookies and sockets would still be made for the wrong host.
    if client.proxied && is_public_name(found.host()) && ours.is_none_or(is_internal) {
        return format!("a proxy seems to replace Host: {replaced}");
    }
    format!("{list}; if a proxy replaces Host, {replaced}")
}

/// Whether a proxy may know a server by this name: this machine, an address, or a name of one part.
fn is_internal(ours: &Origin) -> bool {
    !is_public_name(ours.host()) || !ours.host().contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(host: &str) -> ClientInfo {
        let addr = "203.0.113.9".parse().ok();
        ClientInfo { addr, scheme: "http", host: host.to_owned(), proxied: false, ignored: None, request_id: None }
    }

    fn check(origin: &str, host: &str) -> Result<(), OriginFault> {
        let list = AllowedOrigins::from(vec![Origin::parse("https://app.example").unwrap()]);
        allowed(Some(origin), &client(host), &list)
    }

    #[test]
    fn accepts_the_own_host_in_any_web_scheme_and_the_listed_origins() {
        for (origin, host) in [
            ("http://a:8000", "a:8000"),
            ("https://a:8000", "a:8000"),
            ("ws://a:8000", "a:8000"),
            ("wss://a:8000", "a:8000"),
            ("https://a", "a"),
            ("https://a/", "a"),
            ("https://A.", "a:443"),
            ("https://a:443", "a"),
            ("http://a:80", "a"),
            ("http://a", "a:80"),
            ("https://a", "a:80"),
            ("http://a:443", "a:443"),
            ("HTTPS://A", "a."),
            ("http://[0::1]:80", "[::1]"),
            ("http://[::1]:8000", "[0:0:0:0:0:0:0:1]:8000"),
            ("https://xn--bj0bj06e.example", "한글.example"),
            ("https://app.example", "elsewhere"),
            ("wss://app.example/", "elsewhere"),
        ] {
            assert_eq!(check(origin, host), Ok(()), "{origin} at {host}");
        }
    }

    #[test]
    fn refuses_another_host_or_port() {
        for (origin, host) in [
            ("http://b", "a"),
            ("http://a:8001", "a:8000"),
            ("http://a", "a:8000"),
            ("https://a:8443", "a"),
            ("http://a:443", "a"),
            ("https://a:80", "a"),
            ("http://b.a", "a"),
            ("http://a.b", "a"),
            ("http://app.example", "elsewhere"),
            ("https://app.example.evil", "elsewhere"),
            ("http://[::2]", "[::1]"),
            ("capacitor://a", "a"),
            ("capacitor://localhost", "localhost"),
            ("file://", ""),
            ("http://a", ""),
        ] {
            let fault = check(origin, host);
            assert!(matches!(fault, Err(OriginFault::Foreign { .. })), "{origin} at {host}: {fault:?}");
        }
    }

    #[test]
    fn several_lines_match_no_origin() {
        let stated_by = |lines: &[&'static str]| stated(lines.iter().map(|line| line.as_bytes()));
        assert_eq!(stated_by(&[]), None);
        assert_eq!(stated_by(&["http://a"]), Some("http://a"));
        assert_eq!(stated([b"http://\xff".as_slice()]), Some("unreadable"));
        for lines in [["http://a", "http://evil"], ["http://evil", "http://a"], ["http://a", "http://a"]] {
            assert!(matches!(check(stated_by(&lines).unwrap(), "a"), Err(OriginFault::Unreadable)), "{lines:?}");
        }
    }

    #[test]
    fn distinguishes_missing_null_and_unreadable_origins() {
        let none = AllowedOrigins::default();
        assert_eq!(allowed(None, &client("a"), &none), Err(OriginFault::Missing));
        assert_eq!(allowed(Some("null"), &client("null"), &none), Err(OriginFault::Null));
        for origin in ["", "http://", "a", "http://a/b", "http://a b", "javascript:x", "http://a, http://b", "://a"] {
            assert_eq!(allowed(Some(origin), &client("a"), &none), Err(OriginFault::Unreadable), "{origin}");
        }
    }

    #[test]
    fn advises_the_setting_for_each_cause() {
        let said = |origin: &str, client: &ClientInfo| {
            allowed(Some(origin), client, &AllowedOrigins::default()).unwrap_err().to_string()
        };
        let page = "https://chat.example";
        for rewritten in ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "web"] {
            assert!(said(page, &client(rewritten)).contains("ALLOWED_ORIGINS"), "no proxy is there");
            let said = said(page, &ClientInfo { proxied: true, ..client(rewritten) });
            let fits = ["proxy_set_header Host", "X-Forwarded-Host", "TRUSTED_PROXIES"].iter().all(|cure| said.contains(cure));
            assert!(fits && !said.contains("ALLOWED_ORIGINS"), "{said}");
        }
        let untrusted = ClientInfo { proxied: true, ignored: Some("X-Forwarded-For"), ..client("127.0.0.1:8000") };
        let untrusted = said(page, &untrusted);
        assert!(untrusted.contains("add 203.0.113.9 to TRUSTED_PROXIES"), "{untrusted}");
        assert!(said("https://chat.example:8443", &client("chat.example")).contains("with the port"));
        let elsewhere = said("https://app.example", &client("chat.example"));
        assert!(elsewhere.contains("add https://app.example to ALLOWED_ORIGINS"), "{elsewhere}");
        for host in ["chat.example", "localhost:8000"] {
            let app = said("capacitor://localhost", &client(host));
            assert!(app.contains("if the page is yours, add capacitor://localhost to ALLOWED_ORIGINS"), "{app}");
            assert!(!app.contains("port"), "{app}");
        }
    }
}
