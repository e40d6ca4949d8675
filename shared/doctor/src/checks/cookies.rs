//! The scope of the session cookie: which requests of a browser carry it.

use catamaran_boot::findings::Finding;
use catamaran_edge::quoted;

use crate::{Place, session::Session, visit::Visit};

pub(super) fn findings(visit: &Visit) -> Vec<Finding> {
    match &visit.session {
        Some(session) => scope(&session.set, &visit.site, &visit.sockets),
        None => vec![Finding::unknown("cookie", "not examined without a session")],
    }
}

fn scope(set: &str, site: &Place, sockets: &Place) -> Vec<Finding> {
    let attribute = |name| attribute(set, name);
    let domain = attribute("domain");
    let mut findings = vec![secure(attribute("secure").is_some(), site)];
    findings.push(hidden(attribute("httponly").is_some()));
    findings.push(same_site(attribute("samesite").as_deref()));
    findings.extend(domain.as_deref().map(|domain| of_domain(domain, site)));
    findings.push(reaches(domain.as_deref(), site, sockets));
    findings
}

/// An attribute of a `Set-Cookie`, in lower case; a domain without the dot that old browsers want.
fn attribute(set: &str, name: &str) -> Option<String> {
    let mut parts = set.split(';').skip(1).map(|part| part.trim().split_once('=').unwrap_or((part.trim(), "")));
    let (_, value) = parts.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
    Some(value.trim().trim_start_matches('.').to_ascii_lowercase())
}

fn secure(secure: bool, site: &Place) -> Finding {
    match (secure, site.is_secure()) {
        (true, true) => Finding::ok("secure", "the session cookie travels over https alone (Secure)"),
        (false, true) => Finding::error(
            "secure",
            "the session cookie is not Secure: a browser sends it over plain HTTP too",
            "let the proxy say https (nginx: proxy_set_header X-Forwarded-Proto $scheme;), and name the proxy in TRUSTED_PROXIES",
        ),
        (false, false) => Finding::note("secure", "the session cookie is not Secure, as over http it must be"),
        (true, false) => Finding::error(
            "secure",
            "the session cookie is Secure, and browsers keep none of those that come over http: no user can sign in",
            "let the proxy pass the real scheme on (nginx: proxy_set_header X-Forwarded-Proto $scheme;)",
        ),
    }
}

fn hidden(hidden: bool) -> Finding {
    match hidden {
        true => Finding::ok("httponly", "scripts cannot read the session cookie (HttpOnly)"),
        false => Finding::error("httponly", "scripts can read the session cookie", REWRITTEN),
    }
}

const REWRITTEN: &str =
    "http-server sets HttpOnly and SameSite=Lax: let the proxy not rewrite cookies (nginx: proxy_cookie_flags)";

fn same_site(value: Option<&str>) -> Finding {
    match value {
        Some(value) if value.eq_ignore_ascii_case("lax") || value.eq_ignore_ascii_case("strict") => {
            Finding::ok("samesite", format!("other sites' requests carry no session cookie (SameSite={value})"))
        }
        _ => Finding::error("samesite", "requests of other sites may carry the session cookie", REWRITTEN),
    }
}

fn of_domain(domain: &str, site: &Place) -> Finding {
    let host = site.name().unwrap_or_default();
    if psl::suffix_str(domain) == Some(domain) {
        return Finding::error(
            "domain",
            format!("browsers drop the session cookie: its Domain {} is a public suffix, shared by strangers", quoted(domain)),
            "unset COOKIE_DOMAIN; use a domain of your own, or one host for pages and sockets",
        );
    }
    if !within(host, domain) {
        return Finding::error(
            "domain",
            format!("browsers drop the session cookie: {} is not below its Domain {}", site.host(), quoted(domain)),
            "set COOKIE_DOMAIN to the common domain of pages and sockets, or unset it",
        );
    }
    Finding::note("domain", format!("every host below {} gets the session cookie (COOKIE_DOMAIN)", quoted(domain)))
}

/// Whether a browser sends the session cookie to the sockets' host.
pub(super) fn reaches_sockets(visit: &Visit, session: &Session) -> bool {
    let domain = attribute(&session.set, "domain");
    is_sent(domain.as_deref(), &visit.site, &visit.sockets)
}

fn is_sent(domain: Option<&str>, site: &Place, sockets: &Place) -> bool {
    let shared = domain.is_some_and(|domain| sockets.name().is_some_and(|name| within(name, domain)));
    site.host() == sockets.host() || shared
}

fn reaches(domain: Option<&str>, site: &Place, sockets: &Place) -> Finding {
    let (page, host) = (site.host(), sockets.host());
    if is_sent(domain, site, sockets) {
        return Finding::ok("reach", format!("the browser sends the session cookie to the sockets' host {host}"));
    }
    let text = format!("no session cookie reaches the sockets' host {host}, so pages ask for a token before each connection");
    let text = match common(&page, &host) {
        Some(domain) => format!("{text}; COOKIE_DOMAIN={domain} at http-server spares the request"),
        None => text,
    };
    Finding::note("reach", text)
}

/// The registrable domain of both names, if it is the same one.
fn common(one: &str, other: &str) -> Option<String> {
    let of = |name: &str| psl::domain_str(name).map(str::to_owned);
    of(one).filter(|domain| of(other).as_ref() == Some(domain))
}

fn within(name: &str, domain: &str) -> bool {
    name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use catamaran_boot::findings::Level;
    use url::Url;

    use super::*;

    fn worst(set: &str, site: &str, sockets: &str) -> Vec<(&'static str, Level)> {
        let place = |url| Place::of(&Url::parse(url).unwrap()).unwrap();
        let found = scope(set, &place(site), &place(sockets));
        found.iter().filter(|finding| finding.level > Level::Note).map(|finding| (finding.topic, finding.level)).collect()
    }

    #[test]
    fn finds_no_fault_in_the_cookies_of_http_server() {
        let host = "__Host-catamaran_session=x; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000";
        assert_eq!(worst(host, "https://chat.example.com", "wss://chat.example.com"), []);
        let domain = "__Secure-catamaran_session=x; HttpOnly; SameSite=Lax; Secure; Path=/; Domain=example.com";
        assert_eq!(worst(domain, "https://chat.example.com", "wss://ws.example.com"), []);
        let plain = "catamaran_session=x; HttpOnly; SameSite=Lax; Path=/";
        assert_eq!(worst(plain, "http://localhost:8000", "ws://localhost:8001"), []);
        assert_eq!(worst(host, "https://a.herokuapp.com", "wss://b.herokuapp.com"), [], "pages use tokens");
    }

    #[test]
    fn finds_cookies_that_browsers_drop_or_do_not_send() {
        let flags = "s=x; HttpOnly; SameSite=Lax; Secure";
        for (set, site, sockets, topics) in [
            (format!("{flags}; Domain=herokuapp.com"), "https://a.herokuapp.com", "wss://b.herokuapp.com", &["domain"][..]),
            (format!("{flags}; Domain=example.org"), "https://chat.example.com", "wss://chat.example.com", &["domain"]),
            ("s=x; HttpOnly; SameSite=Lax".to_owned(), "https://chat.example.com", "wss://chat.example.com", &["secure"]),
            (flags.to_owned(), "http://localhost:8000", "ws://localhost:8000", &["secure"]),
            ("s=x; Secure; SameSite=None".to_owned(), "https://a.example.com", "wss://a.example.com", &["httponly", "samesite"]),
        ] {
            let found = worst(&set, site, sockets);
            assert_eq!(found.iter().map(|(topic, _)| *topic).collect::<Vec<_>>(), topics, "{set}, {site}, {sockets}");
            assert!(found.iter().all(|(_, level)| *level == Level::Error));
        }
    }

    #[test]
    fn knows_to_which_hosts_a_browser_sends_the_cookie() {
        let place = |url| Place::of(&Url::parse(url).unwrap()).unwrap();
        let sent = |domain, site, sockets| is_sent(domain, &place(site), &place(sockets));
        assert!(sent(None, "https://chat.example.com", "wss://chat.example.com:8443"));
        assert!(sent(Some("example.com"), "https://chat.example.com", "wss://ws.example.com"));
        assert!(!sent(None, "https://chat.example.com", "wss://ws.example.com"));
        assert!(!sent(Some("example.com"), "https://chat.example.com", "wss://wsexample.com"));
    }

    #[test]
    fn names_the_domain_that_both_hosts_share() {
        assert_eq!(common("chat.example.co.uk", "ws.example.co.uk").as_deref(), Some("example.co.uk"));
        assert_eq!(common("a.herokuapp.com", "b.herokuapp.com"), None);
    }
}
