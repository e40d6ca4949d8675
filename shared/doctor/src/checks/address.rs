//! Whether the address leads to the site: name, certificate, HTTPS, HTTP/2, and clocks.

use std::time::{SystemTime, UNIX_EPOCH};

use catamaran_boot::findings::Finding;
use catamaran_edge::quoted;

use super::or_unknown;
use crate::{
    Place,
    fault::Fault,
    http::{Answer, Request},
    visit::Visit,
};

/// Clocks may differ by so much before users notice: `Date` has whole seconds, and an answer takes time.
const SKEW_MS: i64 = 5_000;

/// Nothing answers at the address.
pub(crate) fn unreachable(site: &Place, fault: &Fault) -> Finding {
    let text = format!("nothing answers at {}: {fault}", site.origin());
    let advice = match fault {
        Fault::Name(_) => "check the name, and its DNS records",
        Fault::Connect(_) => "check the port, the firewall, and that the proxy or http-server runs and listens there",
        Fault::Tls(_) => "the port may speak plain HTTP: try http://, or configure its certificate (nginx: listen 443 ssl)",
        Fault::NotHttp(_) | Fault::Cut if !site.is_secure() => "the port may speak TLS or another protocol: try https://",
        _ => "check that the port is the site's, and that http-server runs behind it (GET /livez beside it)",
    };
    Finding::error("reach", text, advice)
}

/// The finding if another program than http-server answers; `None` if it is ours.
pub(crate) fn foreign(site: &Place, front: &Answer, connection: &Answer) -> Option<Finding> {
    if connection.json().is_some_and(|body| body.get("process").is_some()) {
        return None;
    }
    // Refusals of the API are for programs; those of `/` are pages.
    Some(match (front.status, connection.code().as_str()) {
        // ws-server says so itself.
        (_, "not_here" | "no_socket") => Finding::error(
            "route",
            format!("{}/ is answered by ws-server, which serves no pages", site.origin()),
            "route / to http-server, and /ws/ alone to ws-server (nginx: location / { proxy_pass http://web; })",
        ),
        (_, "bad_host") | (400, "bad_request") => Finding::error(
            "host",
            format!("the server refuses this host: {}", quoted(&connection.field("detail"))),
            format!(
                "ALLOWED_HOSTS={}, and let the proxy pass the host on (nginx: proxy_set_header Host $http_host;)",
                site.host()
            ),
        ),
        (502..=504, _) => Finding::error(
            "reach",
            format!("the proxy answers {} by itself: it reaches no http-server", front.status),
            "start http-server; compare its address with the proxy's (nginx: upstream web { server HOST:PORT; })",
        ),
        (400, _) if !site.is_secure() && front.body.contains("HTTPS port") => Finding::error(
            "scheme",
            "the port speaks HTTPS, and was asked for plain HTTP",
            format!("examine https://{}", site.authority()),
        ),
        (301..=308, _) => Finding::error(
            "scheme",
            format!("it redirects to {}", quoted(front.header("location").unwrap_or_default())),
            "examine the address that it redirects to",
        ),
        _ => Finding::error("foreign", no_catamaran(site, front, connection), "give the address of a Catamaran site"),
    })
}

fn no_catamaran(site: &Place, front: &Answer, connection: &Answer) -> String {
    let server = front.header("server").map(|name| format!(" by {}", quoted(name))).unwrap_or_default();
    let (origin, front, connection) = (site.origin(), front.status, connection.status);
    format!(
        "{origin} is no Catamaran site, or one of an older release: / is answered with {front}{server}, and \
         /api/v1/connection, which http-server answers with JSON, with {connection}"
    )
}

pub(super) async fn findings(visit: &Visit) -> Vec<Finding> {
    let mut findings = vec![transport(visit)];
    if visit.site.is_secure() {
        findings.push(hsts(visit));
        findings.push(http2(visit).await);
        if let Some(port) = visit.http_port {
            findings.push(or_unknown("redirect", "plain HTTP", redirect(visit, port).await));
        }
    }
    findings.extend(clocks(visit));
    findings
}

fn transport(visit: &Visit) -> Finding {
    let site = &visit.site;
    match visit.dialer.certificates.fault_of(&site.host()) {
        _ if !site.is_secure() && site.is_local() => {
            Finding::note("https", "plain HTTP, which is right on one's own machine only")
        }
        _ if !site.is_secure() => Finding::error(
            "https",
            "plain HTTP: any network on the way reads the session cookie",
            "let the proxy end TLS (nginx: listen 443 ssl; with ssl_certificate), and redirect from http",
        ),
        Some(fault) => Finding::error(
            "certificate",
            format!("browsers refuse the certificate: {fault}"),
            "renew it, or name the right one with its chain (nginx: ssl_certificate); --ca FILE trusts a private authority",
        ),
        None => Finding::ok("https", "the certificate is valid"),
    }
}

fn hsts(visit: &Visit) -> Finding {
    match visit.front.header("strict-transport-security") {
        Some(_) => Finding::ok("hsts", "browsers are told to come back over https alone"),
        None if visit.site.is_local() => {
            Finding::note("hsts", "no Strict-Transport-Security, since the host is of this machine or a number")
        }
        None => Finding::warning(
            "hsts",
            "no Strict-Transport-Security",
            "http-server sends it over https for a host of ALLOWED_HOSTS: let the proxy say https, and not remove the header",
        ),
    }
}

async fn http2(visit: &Visit) -> Finding {
    match visit.dialer.takes_http2(&visit.site).await {
        Ok(true) => Finding::ok("http2", "pages come over HTTP/2"),
        Ok(false) => Finding::note("http2", "HTTP/1.1 only; HTTP/2 loads pages faster (nginx: listen 443 ssl http2;)"),
        Err(fault) => Finding::unknown_because("http2", "HTTP/2", &fault),
    }
}

async fn redirect(visit: &Visit, port: u16) -> Result<Finding, Fault> {
    let plain = visit.site.plain(port);
    let answer = match Request::get("/").send(&visit.dialer, &plain).await {
        Ok(answer) => answer,
        Err(Fault::Connect(_)) => {
            return Ok(Finding::note("redirect", "plain HTTP is closed: users who type the name without https find nothing"));
        }
        Err(fault) => return Err(fault),
    };
    let to = answer.header("location").unwrap_or_default();
    Ok(match answer.status {
        301 | 302 | 307 | 308 if to.starts_with(&visit.site.origin()) => Finding::ok("redirect", "plain HTTP redirects here"),
        301..=308 => Finding::warning(
            "redirect",
            format!("plain HTTP redirects to {}", quoted(to)),
            "redirect to the same host over https (nginx: return 308 https://$host$request_uri;)",
        ),
        status => Finding::warning(
            "redirect",
            format!("plain HTTP answers {status} instead of a redirect"),
            "redirect to https (nginx: a server block with listen 80; and return 308 https://$host$request_uri;)",
        ),
    })
}

fn clocks(visit: &Visit) -> Vec<Finding> {
    let date = visit.front.header("date").and_then(|date| date.parse::<actix_http::header::HttpDate>().ok());
    let proxy = date.map(|date| skew(millis(date.into()), &visit.front));
    let time = visit.connection.json().and_then(|body| body.get("time")?.as_i64());
    let server = time.map(|time| skew(time, &visit.connection));
    let of = |skew: Option<i64>, whose| skew.map(|skew| clock(skew, whose));
    [of(proxy, "the Date header's"), of(server, "the database's")].into_iter().flatten().collect()
}

/// The milliseconds by which `time`, which stands in `answer`, lies outside of the time that the answer took.
fn skew(time: i64, answer: &Answer) -> i64 {
    time - time.clamp(millis(answer.sent), millis(answer.at).max(millis(answer.sent)))
}

fn clock(skew: i64, whose: &str) -> Finding {
    let seconds = skew as f64 / 1_000.0;
    let finding = if skew.abs() <= SKEW_MS {
        Finding::ok("clock", format!("{whose} clock agrees with this machine's"))
    } else {
        Finding::warning(
            "clock",
            format!("{whose} clock differs from this machine's by {seconds:+.0} s"),
            "start a time service (chrony, systemd-timesyncd) on the machine whose clock is wrong; it may be this one",
        )
    };
    finding.with("skew_ms", skew)
}

fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
