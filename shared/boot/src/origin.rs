//! Does a request come from one of our own pages?

use crate::settings::{AllowedOrigins, Origin};

/// Why a page's origin is refused. The text is for the log: it says what to set where the page is ours after all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginFault {
    /// There is no `Origin` header: no browser sent this.
    #[error("no Origin header; a browser always sends one here")]
    Missing,
    /// `null` or no http(s) origin: a sandboxed frame, a local file.
    #[error("the Origin header names no http or https page")]
    Unreadable,
    /// Another site's page, or ours under a name that we do not know.
    #[error(
        "the page's origin is {found}, this server's is {ours}; if the page is ours, add {found} to ALLOWED_ORIGINS, \
         or, where only the scheme differs, add the proxy to TRUSTED_PROXIES"
    )]
    Foreign {
        /// The page's origin.
        found: String,
        /// The origin that the request was sent to.
        ours: String,
    },
}

/// Checks an `Origin` header against the request's own `host` and `scheme` ([`crate::ClientInfo`] has both) and
/// `ALLOWED_ORIGINS`.
///
/// # Errors
/// [`OriginFault`]. Whether [`OriginFault::Missing`] matters is the caller's to say.
pub fn allowed(origin: Option<&str>, host: &str, scheme: &str, allowed: &AllowedOrigins) -> Result<(), OriginFault> {
    let origin = origin.ok_or(OriginFault::Missing)?;
    let found = Origin::parse(origin).ok_or(OriginFault::Unreadable)?;
    let ours = Origin::of(scheme, host);
    if ours.as_ref() == Some(&found) || allowed.contains(&found) {
        return Ok(());
    }
    Err(OriginFault::Foreign {
        found: found.to_string(),
        ours: ours.map_or_else(|| "unknown".to_owned(), |ours| ours.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(origin: &str, host: &str, scheme: &str) -> Result<(), OriginFault> {
        let list = AllowedOrigins::from(vec![Origin::parse("https://app.example").unwrap()]);
        allowed(Some(origin), host, scheme, &list)
    }

    #[test]
    fn the_same_origin_and_the_listed_ones_pass() {
        for (origin, host, scheme) in [
            ("http://a:8000", "a:8000", "http"),
            ("https://A", "a:443", "https"),
            ("http://[::1]:80", "[::1]", "http"),
            ("https://app.example", "elsewhere", "http"),
        ] {
            assert_eq!(check(origin, host, scheme), Ok(()), "{origin} at {host}");
        }
    }

    #[test]
    fn another_host_port_or_scheme_is_foreign() {
        for (origin, host, scheme) in [
            ("http://b", "a", "http"),
            ("http://a:8001", "a:8000", "http"),
            ("http://a", "a", "https"),
            ("https://a", "a", "http"),
            ("http://app.example", "elsewhere", "http"),
            ("https://app.example.evil", "elsewhere", "http"),
        ] {
            let fault = check(origin, host, scheme);
            assert!(matches!(fault, Err(OriginFault::Foreign { .. })), "{origin} at {host}");
        }
    }

    #[test]
    fn no_origin_and_no_page_are_told_apart() {
        let none = AllowedOrigins::default();
        assert_eq!(allowed(None, "a", "http", &none), Err(OriginFault::Missing));
        for origin in ["null", "", "file://", "chrome-extension://abc", "http://", "a"] {
            assert_eq!(allowed(Some(origin), "a", "http", &none), Err(OriginFault::Unreadable), "{origin}");
        }
    }
}
