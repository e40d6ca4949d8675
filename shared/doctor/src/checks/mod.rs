//! The checks of `doctor`: a module for each section of the report.

pub(crate) mod address;
mod cookies;
mod exposed;
mod forwarded;
mod idle;
mod limits;
pub(crate) mod pages;
mod sockets;

use catamaran_boot::findings::{Finding, Section};
use tokio::join;

use crate::{fault::Fault, visit::Visit};

/// All sections. The examinations run side by side.
pub(crate) async fn all(visit: &Visit) -> Vec<Section> {
    let (address, pages, forwarded, sockets, limits, exposed, idle) = join!(
        address::findings(visit),
        pages::findings(visit),
        forwarded::findings(visit),
        sockets::findings(visit),
        limits::findings(visit),
        exposed::findings(visit),
        idle::findings(visit),
    );
    let sections = [
        ("address", address),
        ("pages", pages),
        ("forwarded headers", forwarded),
        ("cookies", cookies::findings(visit)),
        ("sockets", sockets),
        ("limits", limits),
        ("addresses that are not for strangers", exposed),
        ("silence", idle),
    ];
    sections
        .into_iter()
        .filter(|(_, findings)| !findings.is_empty())
        .map(|(about, findings)| Section::new(about, findings))
        .collect()
}

/// The finding of an examination, or that it got no answer.
fn or_unknown(topic: &'static str, what: &str, outcome: Result<Finding, Fault>) -> Finding {
    outcome.unwrap_or_else(|fault| Finding::unknown_because(topic, what, &fault))
}
