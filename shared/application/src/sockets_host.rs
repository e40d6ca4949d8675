//! Whether browsers send the session's cookie to the sockets.

use catamaran_edge::split_port;

use crate::Settings;

impl Settings {
    /// Whether a browser sends the session cookie of a page, requested with this scheme and `Host` header, to the address of its sockets.
    /// If not, the page brings a socket token.
    ///
    /// Browsers keep a cookie for one host, unless `COOKIE_DOMAIN` names a domain above both. They do not count ports. A cookie of https does
    /// not travel over `ws://`, and one of http does not count over `wss://`.
    pub fn sockets_get_cookie(&self, scheme: &str, host: &str) -> bool {
        let sockets = self.ws_url.for_page(scheme, host);
        let Some((socket_scheme, socket_host)) = sockets.split_once("://") else { return true };
        let (page, socket) = (name(host), name(socket_host));
        let shared = |domain: &String| is_below(&page, domain) && is_below(&socket, domain);
        let same_security = scheme.eq_ignore_ascii_case("https") == (socket_scheme == "wss");
        same_security && (page == socket || self.cookie_domain.as_ref().is_some_and(shared))
    }
}

fn name(host: &str) -> String {
    split_port(host).map_or(host, |(name, _)| name).to_ascii_lowercase()
}

fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use catamaran_boot::Flags;

    use super::*;

    fn settings(vars: &[(&'static str, &'static str)]) -> Settings {
        let read = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Settings::from_vars(read, crate::HTTP_SERVER, &Flags::default().with(|flags| flags.alone = true)).unwrap()
    }

    #[test]
    fn cookies_reach_sockets_on_the_host_of_the_page_alone() {
        for (ws_url, scheme, host, reached) in [
            ("", "http", "localhost:8000", true),
            (":8001", "http", "localhost:8000", true),
            (":8001", "https", "[::1]:8000", true),
            ("ws://localhost:8001", "http", "LocalHost:8000", true),
            ("ws://127.0.0.1:8001", "http", "localhost:8000", false),
            ("wss://b.herokuapp.com", "https", "a.herokuapp.com", false),
            ("wss://ws.example.com", "https", "www.example.com", false),
        ] {
            let reads = settings(&[("WS_URL", ws_url)]).sockets_get_cookie(scheme, host);
            assert_eq!(reads, reached, "{ws_url} for {scheme}://{host}");
        }
    }

    #[test]
    fn cookies_of_a_domain_reach_its_hosts() {
        let settings = settings(&[("WS_URL", "wss://ws.example.com"), ("COOKIE_DOMAIN", "example.com")]);
        assert!(settings.sockets_get_cookie("https", "www.example.com"));
        assert!(settings.sockets_get_cookie("https", "example.com"));
        assert!(!settings.sockets_get_cookie("https", "notexample.com"));
        assert!(!settings.sockets_get_cookie("https", "localhost:8000"));
    }

    #[test]
    fn cookies_of_https_do_not_travel_in_the_clear() {
        let plain = settings(&[("WS_URL", "ws://a.example")]);
        assert!(!plain.sockets_get_cookie("https", "a.example"));
        let encrypted = settings(&[("WS_URL", "wss://a.example")]);
        assert!(!encrypted.sockets_get_cookie("http", "a.example"));
    }
}
