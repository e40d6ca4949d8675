//! `doctor`: looks for what may be wrong with Redis, the settings and those who use them.

mod finding;
mod host;
mod lag;
mod server;
mod text;
mod trip;
mod usage;

use std::{io::Write, time::Duration};

use catamaran::Clock;
use catamaran_redis::inspect::{InspectFault, InspectedHost, Inspector, ServerFacts};

pub use self::finding::{Finding, Level, Report, Section};
use crate::{Layer, Target};

/// A host that answers, and what it says of itself.
struct Patient {
    place: String,
    host: InspectedHost,
    facts: Result<ServerFacts, InspectFault>,
}

/// Examines the layer and writes what was found, for people or as `json`; `false` where there is an error.
pub(crate) async fn run(
    target: &Target,
    patience: Duration,
    json: bool,
    clock: &Clock,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let report = examine(target, patience, clock).await?;
    match json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        false => text::write(&report, out)?,
    }
    Ok(report.worst != Level::Error)
}

/// Looks at every host, at who uses them, and measures a message's whole way. Waits for `patience` where the layer does not come up.
///
/// # Errors
/// The settings name no address that can be used.
pub async fn examine(target: &Target, patience: Duration, clock: &Clock) -> anyhow::Result<Report> {
    let inspector = target.inspector()?;
    let (mut sections, patients) = hosts(&inspector, target.layer, clock).await;
    let is_unfit = finding::worst(&sections) == Level::Error;
    let usage = usage::Usage::of(&patients, &inspector).await;
    if !patients.is_empty() {
        sections.push(Section {
            about: "who uses it".to_owned(),
            findings: usage.findings(target.layer, inspector.prefix(), &patients),
        });
        sections.push(Section {
            about: "what lies unread".to_owned(),
            findings: lag::findings(target, &patients, &usage, clock).await,
        });
    }
    let way = match is_unfit {
        true => vec![Finding::unknown("way", "not measured: see the errors above")],
        false => trip::findings(target, &inspector, patience, clock).await,
    };
    sections.push(Section { about: "a message's whole way".to_owned(), findings: way });
    Ok(Report {
        layer: target.layer.name().to_owned(),
        prefix: inspector.prefix().to_owned(),
        redis: target.settings.redis.to_string(),
        worst: finding::worst(&sections),
        sections,
    })
}

/// A section for each server, and those that answer. Lanes of a Cluster that lie on one node are one server.
async fn hosts(inspector: &Inspector, layer: Layer, clock: &Clock) -> (Vec<Section>, Vec<Patient>) {
    let mut sections = Vec::new();
    let mut patients: Vec<Patient> = Vec::new();
    for (place, host) in inspector.places().into_iter().zip(inspector.connect().await) {
        let host = match host {
            Ok(host) => host,
            Err(fault) => {
                let section = Section { about: place, findings: vec![host::out_of_reach(&fault)] };
                let is_told = |other: &Section| layer == Layer::Cluster && other.findings == section.findings;
                if !sections.iter().any(is_told) {
                    sections.push(section);
                }
                continue;
            }
        };
        let facts = host.server().await;
        if layer == Layer::Cluster && facts.is_ok() && patients.iter().any(|other| is_same(&other.facts, &facts)) {
            continue;
        }
        let about = if place == host.address() { place.clone() } else { format!("{place}: {}", host.address()) };
        sections.push(Section { about, findings: host::findings(&host, &facts, layer, inspector.prefix(), clock).await });
        patients.push(Patient { place, host, facts });
    }
    (sections, patients)
}

fn is_same(one: &Result<ServerFacts, InspectFault>, other: &Result<ServerFacts, InspectFault>) -> bool {
    matches!((one, other), (Ok(one), Ok(other)) if !one.run_id.is_empty() && one.run_id == other.run_id)
}
