//! The order of an examination.

use std::{
    io::{self, ErrorKind, Write},
    time::Duration,
};

use catamaran_boot::{
    Escaped,
    findings::{self, Finding, Section},
};
use url::Url;

use crate::{
    Args, Place, Report,
    certificates::Certificates,
    checks,
    dial::Dialer,
    http::{Answer, Request},
    session::{self, SignIn},
    visit::Visit,
};

/// Time for signing out, after everything else.
const LAST: Duration = Duration::from_secs(2);

/// Examines the site and writes the report as text or as JSON. Returns `false` if a finding has the level of `--fail-level`.
///
/// # Errors
/// `out` cannot be written, or a certificate of `--ca` cannot be used.
pub async fn run(args: &Args, out: &mut dyn Write) -> anyhow::Result<bool> {
    let report = examine(args).await?;
    match write(&report, args.json, out) {
        // `| head` has read enough.
        Err(fault) if fault.kind() == ErrorKind::BrokenPipe => {}
        outcome => outcome?,
    }
    Ok(args.fail.passes(report.worst))
}

/// The report holds texts of the site, which may hold control characters.
fn write(report: &Report, json: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Escaped(out);
    match json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(report)?),
        false => findings::write(&report.site, &report.sections, &mut out),
    }
}

/// Examines the site.
///
/// # Errors
/// A certificate of `--ca` cannot be used.
pub async fn examine(args: &Args) -> anyhow::Result<Report> {
    let certificates = Certificates::new(args.ca.as_ref())?;
    let dialer = Dialer::new(args.budget(), certificates)?;
    let sections = match arrive(args, dialer).await {
        Ok((visit, mut first)) => {
            first.extend(checks::all(&visit).await);
            leave(&visit).await;
            first
        }
        Err(finding) => vec![Section::new("address", vec![*finding])],
    };
    Ok(Report::new(args.site.origin(), sections))
}

/// Opens the front page, and signs in. The error is the finding that leaves nothing to examine.
async fn arrive(args: &Args, dialer: Dialer) -> Result<(Visit, Vec<Section>), Box<Finding>> {
    let site = args.site.clone();
    let front = Request::get("/").header("Accept", "text/html").send(&dialer, &site).await;
    let front = front.map_err(|fault| checks::address::unreachable(&site, &fault))?;
    let connection = Request::get("/api/v1/connection").send(&dialer, &site).await;
    let connection = connection.map_err(|fault| checks::address::unreachable(&site, &fault))?;
    if let Some(finding) = checks::address::foreign(&site, &front, &connection) {
        return Err(Box::new(finding));
    }
    let signed_in = session::sign_in(&dialer, &site).await;
    let (session, finding) = match signed_in {
        Ok(SignIn::In(session)) => (Some(session), None),
        Ok(SignIn::Refused(answer)) => (None, Some(checks::pages::not_signed_in(&answer))),
        Err(fault) => (None, Some(Finding::unknown_because("sign-in", "signing in", &fault))),
    };
    let named = sockets_of(&front, &site);
    let mixed = site.is_secure() && !named.is_secure();
    let sockets = if mixed { named.encrypted() } else { named };
    let http_port = args.http_port.or((site.is_secure() && site.port() == 443).then_some(80));
    let visit = Visit { dialer, site, front, connection, sockets, mixed, session, idle: args.idle(), http_port };
    Ok((visit, finding.map(|finding| Section::new("sign-in", vec![finding])).into_iter().collect()))
}

/// The address of the sockets, as the page's policy names it: pages may connect to no other.
fn sockets_of(front: &Answer, site: &Place) -> Place {
    let policy = front.header("content-security-policy").unwrap_or_default();
    let connect = policy.split(';').map(str::trim).find_map(|rule| rule.strip_prefix("connect-src "));
    let addresses = connect.unwrap_or_default().split_whitespace().filter_map(|source| Url::parse(source).ok());
    let mut sockets = addresses.filter(|url| matches!(url.scheme(), "ws" | "wss"));
    sockets.find_map(|url| Place::of(&url)).unwrap_or_else(|| site.clone())
}

async fn leave(visit: &Visit) {
    if let Some(session) = &visit.session {
        // A session that is not ended here ends by itself.
        let _ = session.sign_out(&visit.dialer.with_more_time(visit.idle + LAST), &visit.site).await;
    }
}
