//! http-server: which one answers, its health, and whether it knows its own pages.

use catamaran_boot::findings::Finding;
use catamaran_edge::quoted;

use super::or_unknown;
use crate::{
    fault::Fault,
    http::{Answer, Request},
    visit::Visit,
};

/// An origin that no site has (RFC 2606).
pub(super) const FOREIGN: &str = "https://stranger.invalid";

/// Signing in was refused.
pub(crate) fn not_signed_in(answer: &Answer) -> Finding {
    let text = format!(
        "signing in is answered with {}: {}; sockets are examined without a session",
        answer.status,
        quoted(&answer.field("detail"))
    );
    match answer.status {
        429 => Finding::unknown("sign-in", text),
        _ => Finding::error("sign-in", text, "try it in a browser; the log of http-server has the reason"),
    }
}

pub(super) async fn findings(visit: &Visit) -> Vec<Finding> {
    let mut findings = vec![process(visit)];
    findings.push(or_unknown("health", "/readyz", health(visit, "/readyz").await));
    findings.push(or_unknown("health", "/healthz", health(visit, "/healthz").await));
    findings.push(or_unknown("origin", "a form of the site's own page", own_origin(visit).await));
    findings.push(or_unknown("origin", "a form of another site", foreign_origin(visit).await));
    findings
}

fn process(visit: &Visit) -> Finding {
    let (name, version) = (visit.connection.field("process"), visit.connection.field("version"));
    let (name, version) = (quoted(&name), quoted(&version));
    let finding = match visit.front.status {
        200 => Finding::ok("process", format!("/ is answered by {name}, version {version}")),
        status => Finding::error(
            "process",
            format!("{name}, version {version}, answers / with {status}"),
            "read the log of http-server, and GET /healthz beside it",
        ),
    };
    finding.with("status", visit.front.status)
}

async fn health(visit: &Visit, path: &str) -> Result<Finding, Fault> {
    let answer = Request::get(path).send(&visit.dialer, &visit.site).await?;
    let status = answer.field("status");
    if status.is_empty() {
        return Ok(Finding::note("health", format!("{path} is not reached from outside: {}", answer.status)));
    }
    Ok(match status.as_str() {
        "ok" | "ready" => Finding::ok("health", format!("{path} says {status}")),
        "degraded" => Finding::warning(
            "health",
            format!("{path} says degraded: the channel layer is out of reach, so that open pages get no live news"),
            "start Redis, or correct REDIS_URL; `channels doctor` examines it",
        ),
        _ => Finding::error(
            "health",
            format!("{path} answers {} and says {}", answer.status, quoted(&status)),
            "read the log of http-server: it names the part that is missing",
        ),
    })
}

/// A form that changes nothing but a cookie.
fn form(origin: &str) -> Request {
    Request::post("/language").header("Origin", origin).body("application/x-www-form-urlencoded", "lang=en")
}

async fn own_origin(visit: &Visit) -> Result<Finding, Fault> {
    let answer = form(&visit.site.origin()).send(&visit.dialer, &visit.site).await?;
    Ok(match answer.status {
        303 => Finding::ok("origin", "the site's own forms are accepted"),
        403 => Finding::error("origin", "the site's own forms are refused as those of another site", origin_advice(visit)),
        status => Finding::unknown("origin", format!("a form is answered with {status}")),
    })
}

async fn foreign_origin(visit: &Visit) -> Result<Finding, Fault> {
    let answer = form(FOREIGN).header("Cookie", "catamaran_session=x").send(&visit.dialer, &visit.site).await?;
    Ok(match answer.status {
        403 => Finding::ok("origin", "forms of other sites are refused"),
        303 => Finding::error(
            "origin",
            "a form of any other site is accepted: it may act for a signed-in user",
            "name single origins in ALLOWED_ORIGINS, and let no proxy set or remove Origin",
        ),
        status => Finding::unknown("origin", format!("a form of another site is answered with {status}")),
    })
}

/// The advice for a server that takes its own pages for those of another site.
pub(super) fn origin_advice(visit: &Visit) -> String {
    format!(
        "let the proxy pass the host on with its port (nginx: proxy_set_header Host $http_host;), or add {} to ALLOWED_ORIGINS if pages and \
         sockets have different hosts",
        visit.site.origin()
    )
}
