//! Processes that use the hosts: their dialects and prefixes, as keys and subscriptions show them.

use std::collections::BTreeMap;

use catamaran_redis::inspect::{ClientFacts, InspectFault, Inspector, KeyTraces, PrefixTraces};

use super::{Finding, Host};
use crate::{Layer, format::count};

/// Traces of each dialect on all hosts together.
#[derive(Debug, Default)]
pub(super) struct Usage {
    core: DialectTraces,
    pubsub: DialectTraces,
    cluster: DialectTraces,
    /// The keys of each host, with the channels that hold unread messages.
    pub(super) keys: Vec<Result<KeyTraces, InspectFault>>,
    /// The connections of each host.
    pub(super) clients: Vec<Result<Vec<ClientFacts>, InspectFault>>,
    /// In a Cluster: the number of partitions. Each process has a connection for each.
    partitions: usize,
}

/// Traces of one dialect, by prefix.
#[derive(Debug, Default)]
struct DialectTraces {
    by_prefix: BTreeMap<String, PrefixTraces>,
    fault: Option<InspectFault>,
}

impl DialectTraces {
    fn add(&mut self, found: Result<BTreeMap<String, PrefixTraces>, InspectFault>) {
        match found {
            Ok(found) => {
                for (prefix, traces) in found {
                    let seen = self.by_prefix.entry(prefix).or_default();
                    seen.groups += traces.groups;
                    seen.misplaced += traces.misplaced;
                    seen.processes += traces.processes;
                }
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    fn of(&self, prefix: &str) -> PrefixTraces {
        self.by_prefix.get(prefix).copied().unwrap_or_default()
    }
}

impl Usage {
    pub(super) async fn of(hosts: &[Host], inspector: &Inspector) -> Self {
        let mut usage = Self { partitions: inspector.places().len(), ..Self::default() };
        for Host { inspected, facts, .. } in hosts {
            let keys = inspected.key_traces(inspector.prefix()).await;
            usage.core.add(keys.clone().map(|keys| keys.by_prefix));
            usage.keys.push(keys);
            usage.pubsub.add(inspected.topic_traces(false).await.map(|topics| topics.by_prefix));
            if facts.as_ref().is_ok_and(|facts| facts.is_cluster) {
                usage.cluster.add(inspected.topic_traces(true).await.map(|topics| topics.by_prefix));
            }
            usage.clients.push(inspected.clients().await);
        }
        usage
    }

    fn traces(&self, layer: Layer) -> &DialectTraces {
        match layer {
            Layer::Core => &self.core,
            Layer::PubSub => &self.pubsub,
            Layer::Cluster => &self.cluster,
        }
    }

    /// Counts this project's processes that are connected with `layer`, with any prefix. Each has a connection to every host.
    /// `None` if no host lists its connections.
    fn own_processes(&self, layer: Layer) -> Option<usize> {
        let is_one = |client: &&ClientFacts| match layer {
            Layer::Core => client.is_own_reader(),
            Layer::PubSub | Layer::Cluster => client.is_own_subscriber(),
        };
        let on_host = |clients: &Vec<ClientFacts>| clients.iter().filter(is_one).count();
        let on_hosts = self.clients.iter().flatten().map(on_host);
        match layer {
            Layer::Core | Layer::PubSub => on_hosts.max(),
            Layer::Cluster => on_hosts.reduce(|one, other| one + other).map(|all| all.div_ceil(self.partitions)),
        }
    }

    pub(super) fn findings(&self, layer: Layer, prefix: &str, hosts: &[Host]) -> Vec<Finding> {
        let mut found = vec![self.dialect_that_is_set(layer, prefix)];
        let others = [Layer::PubSub, Layer::Core, Layer::Cluster].into_iter().filter(|other| *other != layer);
        found.extend(others.filter_map(|other| self.other_dialect(layer, other, prefix)));
        found.extend(self.other_prefixes(layer, prefix));
        found.extend(Some(self.traces(layer).of(prefix).misplaced).filter(|number| *number > 0).map(misplaced));
        found.extend(hosts.iter().filter_map(|host| shared_by_databases(layer, prefix, host)));
        if layer == Layer::Core && self.core.of(prefix).groups == 0 {
            found.extend(hosts.iter().filter_map(other_databases));
        }
        if self.keys.iter().flatten().any(|keys| !keys.is_complete) {
            found.push(Finding::unknown("keys", "there are more keys than were looked at (100000 for each host)"));
        }
        found
    }

    fn dialect_that_is_set(&self, layer: Layer, prefix: &str) -> Finding {
        let DialectTraces { fault, .. } = self.traces(layer);
        if let Some(fault) = fault {
            return Finding::unknown_because("dialect", "which dialect is in use", fault);
        }
        let (seen, own) = (self.traces(layer).of(prefix), self.own_processes(layer));
        let groups = count(seen.groups as u64, "group", "groups");
        let text = format!("{}, prefix {prefix}: {groups}; {}", layer.name(), processes(own));
        let finding = match seen.groups + own.unwrap_or_default() {
            0 => Finding::warning(
                "dialect",
                text,
                "no process would receive a message. Do the servers run, and with the same CHANNEL_LAYER, REDIS_URL and \
                 CHANNEL_PREFIX? A group exists only while it has a member",
            ),
            _ => Finding::ok("dialect", text),
        };
        finding.with("groups", seen.groups).with("processes", own)
    }

    /// Processes that use another dialect with the same prefix do not receive messages of this one.
    fn other_dialect(&self, layer: Layer, other: Layer, prefix: &str) -> Option<Finding> {
        let seen = self.traces(other).of(prefix);
        let own = match (layer, other) {
            (Layer::Core, Layer::PubSub) | (_, Layer::Core) => self.own_processes(other),
            _ => None, // the connections of both dialects have the same name; only their topics differ
        };
        if seen.groups + seen.processes + own.unwrap_or_default() == 0 {
            return None;
        }
        let groups = count(seen.groups as u64, "group", "groups");
        let connected = own.map(|_| format!("; {}", processes(own))).unwrap_or_default();
        let (theirs, ours) = (other.name(), layer.name());
        let text = format!("{theirs} is in use too, prefix {prefix}: {groups}{connected}. They do not receive what {ours} sends");
        let advice = format!(
            "all processes need the same: CHANNEL_LAYER={} here, or in Django's CHANNEL_LAYERS {}",
            other.name(),
            match layer {
                Layer::Core => "channels_redis.core.RedisChannelLayer",
                Layer::PubSub => "channels_redis.pubsub.RedisPubSubChannelLayer",
                Layer::Cluster => "none: no layer of Django supports a Cluster",
            }
        );
        Some(Finding::warning("dialect", text, advice).with("layer", other.name()).with("groups", seen.groups))
    }

    fn other_prefixes(&self, layer: Layer, prefix: &str) -> Vec<Finding> {
        let seen = self.traces(layer).by_prefix.iter().filter(|(other, _)| *other != prefix);
        seen.map(|(other, traces)| {
            let groups = count(traces.groups as u64, "group", "groups");
            let text = format!("another prefix is in use, {other:?}: {groups}");
            let advice =
                format!("if both belong to one site, one prefix is wrong: CHANNEL_PREFIX={other}, or \"prefix\" in Django");
            Finding::warning("prefix", text, advice).with("prefix", other.as_str()).with("groups", traces.groups)
        })
        .collect()
    }
}

fn processes(own: Option<usize>) -> String {
    match own {
        Some(own) => format!("{} of Catamaran connected", count(own as u64, "process", "processes")),
        None => "number of connected processes unknown".to_owned(),
    }
}

/// A process that joins a group on the wrong host receives nothing.
fn misplaced(number: usize) -> Finding {
    let groups = count(number as u64, "group lies", "groups lie");
    let text = format!("{groups} on a host that other processes do not use for it");
    let advice =
        "all processes, also Django's, must name the same hosts in the same order: REDIS_URL, and \"hosts\" in CHANNEL_LAYERS";
    Finding::warning("hosts", text, advice).with("groups", number)
}

/// Publish and subscribe ignores databases: the number at the end of an address separates nothing.
fn shared_by_databases(layer: Layer, prefix: &str, host: &Host) -> Option<Finding> {
    let database = host.inspected.database();
    let is_default = prefix == catamaran::LayerConfig::default().prefix;
    (layer == Layer::PubSub && is_default && database != 0).then(|| {
        Finding::warning(
            "database",
            format!("{}: database {database} is set, and publish and subscribe is the same in all databases", host.place),
            format!("sites in other databases receive this site's events if their prefix is {prefix} too: set CHANNEL_PREFIX"),
        )
    })
}

/// If a group is missing here, it may be in another database of the same server.
fn other_databases(host: &Host) -> Option<Finding> {
    let facts = host.facts.as_ref().ok()?;
    let here = host.inspected.database();
    let others: Vec<_> = facts.databases.iter().filter(|(number, _)| *number != here).collect();
    if others.is_empty() {
        return None;
    }
    let list: Vec<_> = others.iter().map(|(number, keys)| format!("{number} ({})", count(*keys, "key", "keys"))).collect();
    Some(Finding::warning(
        "database",
        format!("{}: this is database {here}, and there is something in {}", host.place, list.join(", ")),
        "if Django's URL ends in another number, REDIS_URL must end in the same number",
    ))
}
