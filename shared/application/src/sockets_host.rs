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
