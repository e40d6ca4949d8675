//! Who uses these hosts: which dialects and prefixes stand in keys and subscriptions.

use std::collections::BTreeMap;

use catamaran_redis::inspect::{ClientFacts, InspectFault, Inspector, KeyTraces, PrefixTraces};

use super::{Finding, Patient};
use crate::{Layer, words::count};

/// What has been seen of each dialect, by prefix, on all hosts together.
#[derive(Debug, Default)]
pub(super) struct Usage {
    core: Seen,
    pubsub: Seen,
    cluster: Seen,
    /// Of each host, the channels with something unread.
    pub(super) keys: Vec<Result<KeyTraces, InspectFault>>,
    /// Of each host, who is connected.
    pub(super) clients: Vec<Result<Vec<ClientFacts>, InspectFault>>,
    /// In a Cluster: of how many connections each process has one, wherever they lead.
    lanes: usize,
}

/// What has been seen of one dialect.
#[derive(Debug, Default)]
struct Seen {
    by_prefix: BTreeMap<String, PrefixTraces>,
    fault: Option<InspectFault>,
}

impl Seen {
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
    pub(super) async fn of(patients: &[Patient], inspector: &Inspector) -> Self {
        let mut usage = Self { lanes: inspector.places().len(), ..Self::default() };
        for Patient { host, facts, .. } in patients {
            let keys = host.key_traces(inspector.prefix()).await;
            usage.core.add(keys.clone().map(|keys| keys.by_prefix));
            usage.keys.push(keys);
            usage.pubsub.add(host.topic_traces(false).await.map(|topics| topics.by_prefix));
            if facts.as_ref().is_ok_and(|facts| facts.is_cluster) {
                usage.cluster.add(host.topic_traces(true).await.map(|topics| topics.by_prefix));
            }
            usage.clients.push(host.clients().await);
        }
        usage
    }

    fn seen(&self, layer: Layer) -> &Seen {
        match layer {
            Layer::Core => &self.core,
            Layer::PubSub => &self.pubsub,
            Layer::Cluster => &self.cluster,
        }
    }

    /// Processes of this project that are connected for one of the dialects, whatever their prefix: each has a connection to every host.
    /// `None` where no host tells.
    fn own_processes(&self, layer: Layer) -> Option<usize> {
        let is_one = |client: &&ClientFacts| match layer {
            Layer::Core => client.is_own_reader(),
            Layer::PubSub | Layer::Cluster => client.is_own_subscriber(),
        };
        let on_host = |clients: &Vec<ClientFacts>| clients.iter().filter(is_one).count();
        let on_hosts = self.clients.iter().flatten().map(on_host);
        match layer {
            Layer::Core | Layer::PubSub => on_hosts.max(),
            Layer::Cluster => on_hosts.reduce(|one, other| one + other).map(|all| all.div_ceil(self.lanes)),
        }
    }

    pub(super) fn findings(&self, layer: Layer, prefix: &str, patients: &[Patient]) -> Vec<Finding> {
        let mut found = vec![self.dialect_that_is_set(layer, prefix)];
        let others = [Layer::PubSub, Layer::Core, Layer::Cluster].into_iter().filter(|other| *other != layer);
        found.extend(others.filter_map(|other| self.other_dialect(layer, other, prefix)));
        found.extend(self.other_prefixes(layer, prefix));
        found.extend(Some(self.seen(layer).of(prefix).misplaced).filter(|number| *number > 0).map(misplaced));
        found.extend(patients.iter().filter_map(|patient| shared_by_databases(layer, prefix, patient)));
        if layer == Layer::Core && self.core.of(prefix).groups == 0 {
            found.extend(patients.iter().filter_map(other_databases));
        }
        if self.keys.iter().flatten().any(|keys| !keys.is_complete) {
            found.push(Finding::unknown("keys", "there are more keys than were looked at (100000 for each host)"));
        }
        found
    }

    fn dialect_that_is_set(&self, layer: Layer, prefix: &str) -> Finding {
        let Seen { fault, .. } = self.seen(layer);
        if let Some(fault) = fault {
            return Finding::unseen("dialect", "which dialect is in use", fault);
        }
        let (seen, own) = (self.seen(layer).of(prefix), self.own_processes(layer));
        let groups = count(seen.groups as u64, "group", "groups");
        let text = format!("{}, prefix {prefix}: {groups}; {}", layer.name(), processes(own));
        let finding = match seen.groups + own.unwrap_or_default() {
            0 => Finding::warning(
                "dialect",
                text,
                "nobody would hear anything. Do the servers run, and with the same CHANNEL_LAYER, REDIS_URL and CHANNEL_PREFIX? A group \
                 is seen once somebody is in it",
            ),
            _ => Finding::ok("dialect", text),
        };
        finding.with("groups", seen.groups).with("processes", own)
    }

    /// Those who speak another dialect under the same prefix are deaf to this one.
    fn other_dialect(&self, layer: Layer, other: Layer, prefix: &str) -> Option<Finding> {
        let seen = self.seen(other).of(prefix);
        let own = match (layer, other) {
            (Layer::Core, Layer::PubSub) | (_, Layer::Core) => self.own_processes(other),
            _ => None, // the connections of both have one name, so only what they subscribe to can tell
        };
        if seen.groups + seen.processes + own.unwrap_or_default() == 0 {
            return None;
        }
        let groups = count(seen.groups as u64, "group", "groups");
        let connected = own.map(|_| format!("; {}", processes(own))).unwrap_or_default();
        let (theirs, ours) = (other.name(), layer.name());
        let text = format!("{theirs} is in use too, prefix {prefix}: {groups}{connected}. They do not hear what {ours} sends");
        let advice = format!(
            "all processes need the same: CHANNEL_LAYER={} here, or in Django's CHANNEL_LAYERS {}",
            other.name(),
            match layer {
                Layer::Core => "channels_redis.core.RedisChannelLayer",
                Layer::PubSub => "channels_redis.pubsub.RedisPubSubChannelLayer",
                Layer::Cluster => "none: no layer of Django's knows a Cluster",
            }
        );
        Some(Finding::warning("dialect", text, advice).with("layer", other.name()).with("groups", seen.groups))
    }

    fn other_prefixes(&self, layer: Layer, prefix: &str) -> Vec<Finding> {
        let seen = self.seen(layer).by_prefix.iter().filter(|(other, _)| *other != prefix);
        seen.map(|(other, traces)| {
            let groups = count(traces.groups as u64, "group", "groups");
            let text = format!("another prefix is in use, {other:?}: {groups}");
            let advice =
                format!("where that is the same site, one of the two is wrong: CHANNEL_PREFIX={other}, or \"prefix\" in Django");
            Finding::warning("prefix", text, advice).with("prefix", other.as_str()).with("groups", traces.groups)
        })
        .collect()
    }
}

fn processes(own: Option<usize>) -> String {
    match own {
        Some(own) => format!("{} of Catamaran connected", count(own as u64, "process", "processes")),
        None => "who is connected is not to be seen".to_owned(),
    }
}

/// Who has joined a group on the wrong host hears nothing of it.
fn misplaced(number: usize) -> Finding {
    let groups = count(number as u64, "group lies", "groups lie");
    let text = format!("{groups} on a host where nobody looks for it");
    let advice =
        "all processes, Django's too, must name the same hosts in the same order: REDIS_URL, and \"hosts\" in CHANNEL_LAYERS";
    Finding::warning("hosts", text, advice).with("groups", number)
}

/// Publishing knows no databases: the number at the end of an address separates nothing.
fn shared_by_databases(layer: Layer, prefix: &str, patient: &Patient) -> Option<Finding> {
    let database = patient.host.database();
    let is_default = prefix == catamaran::LayerConfig::default().prefix;
    (layer == Layer::PubSub && is_default && database != 0).then(|| {
        Finding::warning(
            "database",
            format!("{}: database {database} is set, and publish and subscribe is the same in all databases", patient.place),
            format!(
                "other sites in other databases hear this one's events where their prefix is {prefix} too: set CHANNEL_PREFIX"
            ),
        )
    })
}

/// A group that is missing here may lie in another database of the same server.
fn other_databases(patient: &Patient) -> Option<Finding> {
    let facts = patient.facts.as_ref().ok()?;
    let here = patient.host.database();
    let others: Vec<_> = facts.databases.iter().filter(|(number, _)| *number != here).collect();
    if others.is_empty() {
        return None;
    }
    let list: Vec<_> = others.iter().map(|(number, keys)| format!("{number} ({})", count(*keys, "key", "keys"))).collect();
    Some(Finding::warning(
        "database",
        format!("{}: this is database {here}, and there is something in {}", patient.place, list.join(", ")),
        "where Django's URL ends in another number, REDIS_URL must end in the same",
    ))
}
