//! Forwarded headers: the client's scheme, host and address, as each server sees them behind its proxies.

use std::net::IpAddr;

use catamaran_boot::findings::Finding;
use catamaran_edge::quoted;

use crate::{
    Place,
    http::{Answer, Request},
    seen::Seen,
    visit::{LOBBY, Visit},
};

/// An address that no client has (RFC 5737), and a name that no site has.
const FORGED: &str = "203.0.113.7";
const FORGED_HOST: &str = "stranger.invalid";

pub(super) async fn findings(visit: &Visit) -> Vec<Finding> {
    let own = visit.dialer.own_address(&visit.site).await.ok();
    let mut findings = Vec::new();
    for (process, place, path) in [("http-server", &visit.site, "/api/v1/connection"), ("ws-server", &visit.sockets, LOBBY)] {
        let request = Request::get(path);
        let (seen, forged) = (seen(visit, place, &request).await, Forged::send(visit, place, &request).await);
        let (Some(seen), Some(forged)) = (seen, forged) else {
            findings.push(Finding::unknown("forwarded", format!("{process} does not say as whom it sees the client")));
            continue;
        };
        findings.extend(judge(process, place, own, &seen));
        findings.push(judge_forged(process, place, own, &seen, &forged));
    }
    findings
}

/// The client as the server at `place` sees it. ws-server says it in its answer to a plain request.
async fn seen(visit: &Visit, place: &Place, request: &Request) -> Option<Seen> {
    of_answer(&request.send(&visit.dialer, place).await.ok()?)
}

fn of_answer(answer: &Answer) -> Option<Seen> {
    let body = answer.json()?;
    Seen::read(body.get("connection").unwrap_or(&body))
}

/// The answers to forged headers.
struct Forged {
    /// The client, where its address and scheme are forged.
    client: Seen,
    /// Whether the server believes a forged host.
    host: bool,
}

impl Forged {
    /// `None` if the server does not say as whom it sees the client. The host is forged in a request of its own: a server that believes it
    /// refuses the request.
    async fn send(visit: &Visit, place: &Place, request: &Request) -> Option<Self> {
        let scheme = if place.is_secure() { "http" } else { "https" };
        let client = request
            .clone()
            .header("X-Forwarded-For", FORGED)
            .header("X-Real-IP", FORGED)
            .header("X-Forwarded-Proto", scheme)
            .header("Forwarded", format!("for={FORGED};proto={scheme}"));
        let host = request.clone().header("X-Forwarded-Host", FORGED_HOST).header("Forwarded", format!("host={FORGED_HOST}"));
        let client = seen(visit, place, &client).await?;
        let answer = host.send(&visit.dialer, place).await.ok()?;
        Some(Self { client, host: believes_the_host(&answer)? })
    }
}

fn believes_the_host(answer: &Answer) -> Option<bool> {
    let is_refused = answer.status == 400 && matches!(answer.code().as_str(), "bad_host" | "bad_request");
    if is_refused { Some(true) } else { of_answer(answer).map(|seen| seen.host == FORGED_HOST) }
}

fn judge(process: &str, place: &Place, own: Option<IpAddr>, seen: &Seen) -> Vec<Finding> {
    if let Some(header) = &seen.ignored {
        return vec![Finding::error(
            "proxy",
            format!(
                "{process} ignores the proxy's {}: it does not trust the proxy, and takes all clients for one",
                quoted(header)
            ),
            "name the proxy's address or network in TRUSTED_PROXIES of both servers; the log names the address",
        )];
    }
    vec![scheme(process, place, seen), host(process, place, seen), address(process, place, own, seen)]
}

fn scheme(process: &str, place: &Place, seen: &Seen) -> Finding {
    let scheme = if place.is_secure() { "https" } else { "http" };
    if seen.scheme == scheme {
        return Finding::ok("scheme", format!("{process} knows that the client uses {scheme}"));
    }
    Finding::error(
        "scheme",
        format!(
            "{process} takes {scheme} for {}: the session cookie, links and the sockets' address do not fit",
            quoted(&seen.scheme)
        ),
        "let the proxy send the scheme (nginx: proxy_set_header X-Forwarded-Proto $scheme; HAProxy: http-request set-header \
         X-Forwarded-Proto https if { ssl_fc }; Caddy sends it)",
    )
}

fn host(process: &str, place: &Place, seen: &Seen) -> Finding {
    if seen.host.eq_ignore_ascii_case(&place.authority()) {
        return Finding::ok("host", format!("{process} knows the host that the client asked for"));
    }
    Finding::error(
        "host",
        format!("{process} takes the host {} for {}", place.authority(), quoted(&seen.host)),
        "let the proxy pass the host on with its port (nginx: proxy_set_header Host $http_host; HAProxy and Caddy do it by themselves)",
    )
}

fn address(process: &str, place: &Place, own: Option<IpAddr>, seen: &Seen) -> Finding {
    let Some(address) = seen.address else {
        return Finding::warning(
            "client",
            format!("{process} sees no client's address, so all clients share one rate"),
            FORWARD_ADDRESS,
        );
    };
    // A client in the same network, or on the same machine, has such an address itself.
    if is_inner(address) && own.is_some_and(|own| !is_inner(own)) && !place.is_local() {
        return Finding::error(
            "client",
            format!(
                "{process} takes this client for {address}, which is the proxy: all clients share one rate and one number of sockets"
            ),
            FORWARD_ADDRESS,
        );
    }
    Finding::ok("client", format!("{process} sees this client as {address}")).with("address", address.to_string())
}

const FORWARD_ADDRESS: &str = "let the proxy send it (nginx: proxy_set_header X-Forwarded-For $remote_addr; HAProxy: option forwardfor; \
    behind a CDN: set_real_ip_from), and name each proxy in TRUSTED_PROXIES";

fn judge_forged(process: &str, place: &Place, own: Option<IpAddr>, seen: &Seen, forged: &Forged) -> Finding {
    let address = forged.client.address.is_some_and(|address| address.to_string() == FORGED);
    let believed: Vec<&str> = [
        (address, "the address (X-Forwarded-For)"),
        (forged.client.scheme != seen.scheme, "the scheme (X-Forwarded-Proto)"),
        (forged.host, "the host (X-Forwarded-Host)"),
    ]
    .into_iter()
    .filter_map(|(believed, what)| believed.then_some(what))
    .collect();
    if believed.is_empty() {
        return Finding::ok("forged", format!("{process} believes no forwarded header of a stranger"));
    }
    let text = format!("{process} believes {} that a client forges", believed.join(", "));
    if !seen.proxied && own.is_some_and(is_inner) && place.is_local() {
        return Finding::note("forged", format!("{text}: this machine itself is in TRUSTED_PROXIES, and no proxy is in front"));
    }
    Finding::error(
        "forged",
        text,
        "let the proxy replace the headers (nginx: proxy_set_header X-Forwarded-For $remote_addr; X-Forwarded-Proto $scheme; \
         X-Forwarded-Host ''; Forwarded ''), and name the proxies alone in TRUSTED_PROXIES; from a machine that is named there itself, \
         $proxy_add_x_forwarded_for gives this finding too",
    )
}

fn is_inner(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use catamaran_boot::findings::Level;
    use url::Url;

    use super::*;

    fn seen(address: &str, scheme: &str, host: &str) -> Seen {
        Seen { address: address.parse().ok(), scheme: scheme.into(), host: host.into(), proxied: true, ignored: None }
    }

    fn errors(own: &str, seen: &Seen) -> Vec<&'static str> {
        let place = Place::of(&Url::parse("https://chat.example").unwrap()).unwrap();
        let found = judge("http-server", &place, own.parse().ok(), seen);
        found.iter().filter(|finding| finding.level > Level::Note).map(|finding| finding.topic).collect()
    }

    #[test]
    fn accepts_a_client_behind_address_translation() {
        assert_eq!(errors("192.168.1.5", &seen("198.51.100.4", "https", "chat.example")), [""; 0]);
        assert_eq!(errors("2001:db8::1", &seen("2001:db8::1", "https", "CHAT.example")), [""; 0]);
        assert_eq!(errors("10.0.0.5", &seen("10.0.0.5", "https", "chat.example")), [""; 0], "in the same network");
    }

    #[test]
    fn finds_the_proxys_own_address_scheme_and_host() {
        assert_eq!(errors("198.51.100.4", &seen("10.0.0.1", "http", "web")), ["scheme", "host", "client"]);
        assert_eq!(errors("198.51.100.4", &seen("-", "https", "chat.example")), ["client"]);
    }
}
