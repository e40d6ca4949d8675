//! `groups`.

use std::{collections::BTreeMap, io::Write, time::SystemTime};

use anyhow::Context as _;
use catamaran_redis::inspect::{Groups, InspectFault, InspectedHost};

use crate::{
    Layer, Target,
    format::{count, wrapped},
};

/// Writes the groups that have a member. Counts members in the core dialect, and subscribed processes in the others.
pub(crate) async fn show(target: &Target, now: SystemTime, out: &mut dyn Write) -> anyhow::Result<()> {
    let inspector = target.inspector()?;
    let (mut all, mut is_complete) = (BTreeMap::new(), true);
    for (place, host) in inspector.places().into_iter().zip(inspector.connect().await) {
        let found = match host {
            Ok(host) => of_host(target, &host, now).await,
            Err(fault) => Err(fault),
        };
        let found = found.with_context(|| format!("Redis at {place}"))?;
        is_complete &= found.is_complete;
        for (group, members) in found.by_name {
            // Partitions of a Cluster on the same node report the same subscriptions; other hosts have different ones.
            let known: &mut u64 = all.entry(group).or_default();
            *known = if target.layer == Layer::Cluster { members.max(*known) } else { members + *known };
        }
    }
    write(target, &all, is_complete, out)
}

async fn of_host(target: &Target, host: &InspectedHost, now: SystemTime) -> Result<Groups, InspectFault> {
    let prefix = &target.settings.prefix;
    match target.layer {
        Layer::Core => host.core_groups(prefix, target.settings.group_expiry, now).await,
        Layer::PubSub => host.subscribed_groups(prefix, false).await,
        Layer::Cluster => host.subscribed_groups(prefix, true).await,
    }
}

fn write(target: &Target, all: &BTreeMap<String, u64>, is_complete: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let (name, prefix) = (target.layer.name(), &target.settings.prefix);
    let number = count(all.len() as u64, "group", "groups");
    writeln!(out, "{}", wrapped("", &format!("{number} in {name}, prefix {prefix}, at {}", target.settings.redis)))?;
    let (one, many) = if target.layer == Layer::Core { ("member", "members") } else { ("process", "processes") };
    for (group, members) in all {
        writeln!(out, "  {group:<32}  {}", count(*members, one, many))?;
    }
    if !is_complete {
        writeln!(out, "{}", wrapped("", "There are more keys than the tool reads (100000 for each host)."))?;
    }
    Ok(())
}
