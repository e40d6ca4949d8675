//! Findings from the facts that a server reports about itself.

use catamaran_redis::inspect::ServerFacts;

use super::Finding;
use crate::{
    Layer,
    format::{bytes, span},
};

pub(super) fn findings(facts: &ServerFacts, layer: Layer) -> Vec<Finding> {
    [version(facts, layer), Some(role(facts)), cluster(facts, layer), Some(memory(facts, layer)), clients(facts)]
        .into_iter()
        .flatten()
        .collect()
}

fn version(facts: &ServerFacts, layer: Layer) -> Option<Finding> {
    let major: Option<u32> = facts.version.split('.').next().and_then(|major| major.parse().ok());
    let text = format!("Redis {}, up for {}", facts.version, span(facts.uptime));
    let is_too_old = layer == Layer::Cluster && major? < 7;
    let finding = match is_too_old {
        true => Finding::error("version", text, "redis-cluster needs Redis 7 or newer: sharded publish and subscribe"),
        false => Finding::ok("version", text),
    };
    Some(finding.with("version", facts.version.as_str()))
}

fn role(facts: &ServerFacts) -> Finding {
    match facts.is_replica {
        true => Finding::error(
            "role",
            "is a replica: it takes no writes, and messages published here reach no subscriber at the master",
            "REDIS_URL must name the master; or set REDIS_SENTINEL_MASTER, with the Sentinels in REDIS_URL",
        ),
        false => Finding::ok("role", "is a master"),
    }
}

fn cluster(facts: &ServerFacts, layer: Layer) -> Option<Finding> {
    match (facts.is_cluster, layer) {
        (true, Layer::Core) => Some(Finding::error(
            "cluster",
            "is a node of a Cluster, where redis-core cannot work: a group and the channels of its members lie on different nodes",
            "CHANNEL_LAYER=redis-cluster where all processes are Catamaran's, redis-pubsub where some are Django's; or a Redis without \
             cluster-enabled",
        )),
        (false, Layer::Cluster) => Some(Finding::error(
            "cluster",
            "is no node of a Cluster, and CHANNEL_LAYER is redis-cluster",
            "CHANNEL_LAYER=redis-pubsub",
        )),
        (true, Layer::PubSub) => Some(Finding::ok(
            "cluster",
            "is a node of a Cluster: each message goes to every node, and the numbers of subscribers are of this node only",
        )),
        (true, Layer::Cluster) => Some(Finding::ok("cluster", "is a node of a Cluster")),
        (false, _) => None,
    }
}

fn memory(facts: &ServerFacts, layer: Layer) -> Finding {
    let ServerFacts { memory, max_memory, policy, evicted, .. } = facts;
    let used = bytes(*memory);
    let limit = bytes(*max_memory);
    let is_nearly_full = *max_memory > 0 && *memory > max_memory / 10 * 9;
    let finding = match () {
        () if *max_memory == 0 => Finding::ok("memory", format!("has {used} in use, without a limit")),
        () if layer == Layer::Core && policy != "noeviction" => Finding::warning(
            "memory",
            format!(
                "has {used} of {limit} in use and evicts keys at the limit ({policy}; {evicted} so far): groups and messages too"
            ),
            "CONFIG SET maxmemory-policy noeviction, or a separate Redis for the layer, without caches",
        ),
        () if layer == Layer::Core && is_nearly_full => Finding::warning(
            "memory",
            format!("has {used} of {limit} in use: when it is full, it refuses every send and join"),
            "find what fills it (redis-cli --bigkeys), or raise maxmemory",
        ),
        () => Finding::ok("memory", format!("has {used} of {limit} in use ({policy})")),
    };
    finding.with("used_bytes", *memory).with("max_bytes", *max_memory).with("policy", policy.as_str())
}

fn clients(facts: &ServerFacts) -> Option<Finding> {
    let ServerFacts { clients, max_clients, rejected, .. } = facts;
    let connections = |of: &str| format!("has {clients}{of} connections");
    let of = format!(" of {max_clients}");
    let advice = "each process takes two for each host. Stop processes that are not needed, or raise maxclients (a larger plan)";
    let finding = match () {
        () if *max_clients == 0 => Finding::ok("clients", connections("")),
        () if clients * 10 > max_clients * 8 => {
            Finding::warning("clients", format!("{}, and has refused {rejected}", connections(&of)), advice)
        }
        () if *rejected > 0 => {
            Finding::warning("clients", format!("{} now, but has refused {rejected} since its start", connections(&of)), advice)
        }
        () => Finding::ok("clients", connections(&of)),
    };
    Some(finding.with("clients", *clients).with("max_clients", *max_clients).with("rejected", *rejected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    fn master() -> ServerFacts {
        let mut facts = ServerFacts::default();
        facts.version = "7.0.15".into();
        facts.memory = 1 << 20;
        facts.policy = "noeviction".into();
        facts.clients = 7;
        facts.max_clients = 10_000;
        facts
    }

    fn master_with(change: impl FnOnce(&mut ServerFacts)) -> ServerFacts {
        let mut facts = master();
        change(&mut facts);
        facts
    }

    #[track_caller]
    fn level_of(topic: &str, facts: &ServerFacts, layer: Layer) -> Level {
        let all = findings(facts, layer);
        let finding = all.iter().find(|finding| finding.topic == topic).expect("it is judged");
        assert_eq!(finding.advice.is_some(), finding.level >= Level::Warning, "{finding:?}");
        finding.level
    }

    #[test]
    fn finds_no_fault_in_a_healthy_master() {
        for layer in [Layer::Core, Layer::PubSub] {
            assert!(findings(&master(), layer).iter().all(|finding| finding.level == Level::Ok));
        }
    }

    #[test]
    fn reports_servers_that_do_not_suit_the_dialect() {
        let node = master_with(|facts| facts.is_cluster = true);
        assert_eq!(level_of("cluster", &node, Layer::Core), Level::Error);
        assert_eq!(level_of("cluster", &node, Layer::PubSub), Level::Ok);
        assert_eq!(level_of("cluster", &master(), Layer::Cluster), Level::Error);
        let old = master_with(|facts| (facts.is_cluster, facts.version) = (true, "6.2.1".into()));
        assert_eq!(level_of("version", &old, Layer::Cluster), Level::Error);
        assert_eq!(level_of("version", &old, Layer::PubSub), Level::Ok);
        assert_eq!(level_of("role", &master_with(|facts| facts.is_replica = true), Layer::PubSub), Level::Error);
    }

    #[test]
    fn warns_of_eviction_and_full_memory_in_the_core_dialect_only() {
        let evicting = master_with(|facts| (facts.max_memory, facts.policy) = (100 << 20, "allkeys-lru".into()));
        assert_eq!(level_of("memory", &evicting, Layer::Core), Level::Warning);
        assert_eq!(level_of("memory", &evicting, Layer::PubSub), Level::Ok);
        let full = master_with(|facts| (facts.memory, facts.max_memory) = (99 << 20, 100 << 20));
        assert_eq!(level_of("memory", &full, Layer::Core), Level::Warning);
    }

    #[test]
    fn warns_when_few_connections_are_left() {
        assert_eq!(
            level_of("clients", &master_with(|facts| (facts.clients, facts.max_clients) = (17, 20)), Layer::PubSub),
            Level::Warning
        );
        assert_eq!(level_of("clients", &master_with(|facts| facts.rejected = 1), Layer::PubSub), Level::Warning);
        assert_eq!(level_of("clients", &master_with(|facts| facts.max_clients = 0), Layer::PubSub), Level::Ok);
    }
}
