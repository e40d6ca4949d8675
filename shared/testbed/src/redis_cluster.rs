//! A Redis Cluster.

mod birth;
mod view;

use std::time::Duration;

use crate::{Issued, Redis, eventually};
use view::Seen;

/// Longer than a cluster needs to agree on anything, on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// Three masters with a third of the slots each, and one replica, of the master with slot 0. A node that does not answer for a
/// second is dead: then its replica takes over, or, where it has none, no key at all is served until it is started again
/// ([`Redis::restart`]: it knows its place, not its data). Dropping it ends all nodes.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Redis>,
}

impl RedisCluster {
    /// Starts the nodes, joins them and waits until every slot is served.
    ///
    /// # Panics
    /// Where no `redis-server` or `valkey-server` is installed, or the nodes do not agree in time.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// As [`RedisCluster::start`]; the nodes speak TLS alone, all with this certificate.
    ///
    /// # Panics
    /// As [`RedisCluster::start`].
    pub async fn start_over_tls(certificate: &Issued) -> Self {
        Self::start_with(Some(certificate)).await
    }

    async fn start_with(certificate: Option<&Issued>) -> Self {
        let cluster = Self { nodes: birth::nodes(certificate).await };
        cluster.settled().await;
        cluster
    }

    /// The URLs of all nodes, the replica's last.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Redis::url).collect()
    }

    /// The nodes, the replica last.
    pub fn nodes(&self) -> &[Redis] {
        &self.nodes
    }

    /// The slot of a key or of a sharded channel.
    ///
    /// # Panics
    /// Where no node runs.
    pub async fn slot(&self, key: &str) -> u16 {
        let answer = self.running().cli(&["CLUSTER", "KEYSLOT", key]).await;
        answer.trim().parse().expect("a slot is a number")
    }

    /// The node that owns a slot.
    ///
    /// # Panics
    /// Where no node that runs owns it.
    pub async fn owner(&self, slot: u16) -> &Redis {
        let seen = view::of(self.running()).await;
        let port = view::owner(&seen, slot).unwrap_or_else(|| panic!("nobody owns slot {slot}: {seen:?}"));
        self.nodes.iter().find(|node| node.port() == port).expect("it is one of ours")
    }

    /// Kills the owner of a slot and returns it, to be started again. [`RedisCluster::settled`] waits for what follows.
    ///
    /// # Panics
    /// As [`RedisCluster::owner`].
    pub async fn kill_owner(&self, slot: u16) -> &Redis {
        let owner = self.owner(slot).await;
        owner.kill9();
        owner
    }

    /// Gives a slot and its keys to another master, as resharding does.
    ///
    /// # Panics
    /// Where `to` is no master of this cluster, or a node refuses.
    pub async fn move_slot(&self, number: u16, to: &Redis) {
        let from = self.owner(number).await;
        let (giver, taker) = (view::id(from).await, view::id(to).await);
        let slot = number.to_string();
        let set = async |node: &Redis, state: &str, id: &str| node.cli(&["CLUSTER", "SETSLOT", &slot, state, id]).await;
        set(to, "IMPORTING", &giver).await;
        set(from, "MIGRATING", &taker).await;
        let keys = from.cli(&["CLUSTER", "GETKEYSINSLOT", &slot, "1000000"]).await;
        for key in keys.lines().filter(|key| !key.is_empty()) {
            from.cli(&["MIGRATE", "127.0.0.1", &to.port().to_string(), key, "0", "5000"]).await;
        }
        // The new owner first: from then on somebody has the slot, whatever happens.
        set(to, "NODE", &taker).await;
        set(from, "NODE", &taker).await;
        eventually(DEADLINE, || self.all_see(|seen| view::owner(seen, number) == Some(to.port()))).await;
    }

    /// Waits until every node that runs says that all slots are served, by nodes that run.
    ///
    /// # Panics
    /// Where that is not so after a minute.
    pub async fn settled(&self) {
        eventually(DEADLINE, || async {
            for node in self.nodes.iter().filter(|node| node.runs()) {
                if !node.cli(&["CLUSTER", "INFO"]).await.contains("cluster_state:ok") {
                    return None;
                }
            }
            self.all_see(|seen| {
                birth::SHARES.iter().all(|(first, _)| view::owner(seen, *first).is_some_and(|port| self.runs(port)))
            })
            .await
        })
        .await;
    }

    async fn all_see(&self, wanted: impl Fn(&[Seen]) -> bool) -> Option<()> {
        for node in self.nodes.iter().filter(|node| node.runs()) {
            if !wanted(&view::of(node).await) {
                return None;
            }
        }
        Some(())
    }

    fn running(&self) -> &Redis {
        self.nodes.iter().find(|node| node.runs()).expect("a node runs")
    }

    fn runs(&self, port: u16) -> bool {
        self.nodes.iter().any(|node| node.port() == port && node.runs())
    }
}
