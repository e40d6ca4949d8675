//! The members of a group in the core dialect: Redis lists all of them.

use std::{
    collections::BTreeMap,
    io::Write,
    time::{Duration, SystemTime},
};

use anyhow::Context as _;
use catamaran::GroupName;
use catamaran_redis::inspect::{Backlog, CoreMember, InspectFault, InspectedHost, Inspector};

use crate::format::{count, since, span};

pub(super) async fn show(
    inspector: &Inspector,
    group: &GroupName,
    expiry: Duration,
    now: SystemTime,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let home = inspector.core_host_of(group);
    let place = &inspector.places()[home];
    let at_home = inspector.connect_to(home).await.with_context(|| format!("Redis at {place}"))?;
    let members =
        at_home.core_members(inspector.prefix(), group, expiry, now).await.with_context(|| format!("Redis at {place}"))?;
    let processes = by_process(&members);
    let names: Vec<String> = processes.keys().map(|name| (*name).to_owned()).collect();
    let backlogs = unread(inspector, &names).await;

    let (in_group, of) = (count(members.len() as u64, "member", "members"), count(names.len() as u64, "process", "processes"));
    writeln!(out, "{group} in redis-core, prefix {}, at {place}:\n{in_group} of {of}", inspector.prefix())?;
    for (name, members) in processes {
        let owner = match () {
            () if !members.iter().any(|member| member.is_channel()) => "no channel's name: passed over",
            () if members.iter().any(|member| member.is_ours()) => "Catamaran",
            () => "Django",
        };
        writeln!(out, "\n{name}\n  {owner}; {}", summary(&backlogs, name, now))?;
        for member in members {
            let local = if member.local().is_empty() { member.process() } else { member.local() };
            writeln!(out, "  {local:<32}  for {}", span(since(member.since, now)))?;
        }
    }
    Ok(())
}

fn by_process(members: &[CoreMember]) -> BTreeMap<&str, Vec<&CoreMember>> {
    let mut processes: BTreeMap<&str, Vec<&CoreMember>> = BTreeMap::new();
    for member in members {
        processes.entry(member.process()).or_default().push(member);
    }
    processes
}

/// Looks on every host, because a sender may choose any host for a channel.
async fn unread(inspector: &Inspector, names: &[String]) -> Result<Vec<Backlog>, InspectFault> {
    let mut found = Vec::new();
    for host in inspector.connect().await {
        let host: InspectedHost = host?;
        found.extend(host.backlogs(inspector.prefix(), names).await?);
    }
    Ok(found)
}

fn summary(backlogs: &Result<Vec<Backlog>, InspectFault>, name: &str, now: SystemTime) -> String {
    let backlogs = match backlogs {
        Ok(backlogs) => backlogs.iter().filter(|backlog| backlog.name == name),
        Err(fault) => return format!("unread: {fault}"),
    };
    let oldest = backlogs.clone().filter_map(|backlog| backlog.oldest).min();
    match oldest {
        None => "nothing unread".to_owned(),
        Some(oldest) => {
            let unread: u64 = backlogs.map(|backlog| backlog.unread).sum();
            format!("{unread} unread, the oldest for {}", span(since(oldest, now)))
        }
    }
}
