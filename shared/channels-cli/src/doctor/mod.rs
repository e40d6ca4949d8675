//! `doctor`: looks for faults in Redis, in the settings and in the processes that use them.

mod host;
mod lag;
mod report;
mod round_trip;
mod server;
mod usage;

use std::{io::Write, time::Duration};

use catamaran::Clock;
use catamaran_boot::findings;
use catamaran_redis::inspect::{InspectFault, InspectedHost, Inspector, ServerFacts};

pub use catamaran_boot::findings::{Finding, Level, Section};

pub use self::report::Report;
use crate::{Layer, Target};

/// A host that answers, with the facts that it reports about itself.
struct Host {
    place: String,
    inspected: InspectedHost,
    facts: Result<ServerFacts, InspectFault>,
}

/// Examines the layer and writes the report as text or as `json`.
pub(crate) async fn run(
    target: &Target,
    patience: Duration,
    json: bool,
    clock: &Clock,
    out: &mut dyn Write,
) -> anyhow::Result<Report> {
    let report = examine(target, patience, clock).await?;
    match json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        false => findings::write(&title(&report), &report.sections, out)?,
    }
    Ok(report)
}

fn title(report: &Report) -> String {
    format!("{}, prefix {}, {}", report.layer, report.prefix, report.redis)
}

/// Examines every host and the processes that use it, then measures the round trip of messages. Waits at most `patience` for the layer.
///
/// # Errors
/// The settings name no usable address.
pub async fn examine(target: &Target, patience: Duration, clock: &Clock) -> anyhow::Result<Report> {
    let inspector = target.inspector()?;
    let (mut sections, hosts) = examine_hosts(&inspector, target.layer, clock).await;
    let is_unfit = findings::worst(&sections) == Level::Error;
    let usage = usage::Usage::of(&hosts, &inspector).await;
    if !hosts.is_empty() {
        sections.push(Section::new("usage", usage.findings(target.layer, inspector.prefix(), &hosts)));
        sections.push(Section::new("unread messages", lag::findings(target, &hosts, &usage, clock).await));
    }
    let trips = match is_unfit {
        true => vec![Finding::unknown("way", "not measured: see the errors above")],
        false => round_trip::findings(target, &inspector, patience, clock).await,
    };
    sections.push(Section::new("round trip of a message", trips));
    Ok(Report {
        layer: target.layer.name().to_owned(),
        prefix: inspector.prefix().to_owned(),
        redis: target.settings.redis.to_string(),
        worst: findings::worst(&sections),
        sections,
    })
}

/// Returns a section for each server, and the hosts that answer. Partitions of a Cluster on the same node count as one server.
async fn examine_hosts(inspector: &Inspector, layer: Layer, clock: &Clock) -> (Vec<Section>, Vec<Host>) {
    let mut sections = Vec::new();
    let mut hosts: Vec<Host> = Vec::new();
    for (place, host) in inspector.places().into_iter().zip(inspector.connect().await) {
        let host = match host {
            Ok(host) => host,
            Err(fault) => {
                let section = Section::new(place, vec![host::out_of_reach(&fault)]);
                let is_reported = |other: &Section| layer == Layer::Cluster && other.findings == section.findings;
                if !sections.iter().any(is_reported) {
                    sections.push(section);
                }
                continue;
            }
        };
        let facts = host.server().await;
        if layer == Layer::Cluster && facts.is_ok() && hosts.iter().any(|other| is_same(&other.facts, &facts)) {
            continue;
        }
        let about = if place == host.address() { place.clone() } else { format!("{place}: {}", host.address()) };
        sections.push(Section::new(about, host::findings(&host, &facts, layer, inspector.prefix(), clock).await));
        hosts.push(Host { place, inspected: host, facts });
    }
    (sections, hosts)
}

fn is_same(one: &Result<ServerFacts, InspectFault>, other: &Result<ServerFacts, InspectFault>) -> bool {
    matches!((one, other), (Ok(one), Ok(other)) if !one.run_id.is_empty() && one.run_id == other.run_id)
}
