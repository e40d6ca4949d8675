//! A Redis Cluster.

mod setup;
mod view;

use std::time::Duration;

use crate::{Issued, Redis, eventually};
use view::NodeView;

/// Longer than a cluster needs for any agreement on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// Three masters with a third of the slots each, and a replica of the master with slot 0. A node that does not answer for a second is dead.
/// Then its replica takes over. Without a replica, no key is served until the node runs again. [`Redis::restart`] restores its role but not
/// its data. Dropping the cluster ends all nodes.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Redis>,
}

impl RedisCluster {
    /// Starts the nodes, joins them and waits until every slot is served.
    ///
    /// # Panics
    /// If no `redis-server` or `valkey-server` is installed, or the nodes do not agree in time.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// Like [`RedisCluster::start`]. The nodes use TLS only, all with this certificate.
    ///
    /// # Panics
    /// As [`RedisCluster::start`].
    pub async fn start_over_tls(certificate: &Issued) -> Self {
        Self::start_with(Some(certificate)).await
    }

    async fn start_with(certificate: Option<&Issued>) -> Self {
        let cluster = Self { nodes: setup::nodes(certificate).await };
        cluster.settled().await;
        cluster
    }

    /// The URLs of all nodes. The replica's is last.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Redis::url).collect()
    }

    /// The nodes. The replica is last.
    pub fn nodes(&self) -> &[Redis] {
        &self.nodes
    }

    /// Returns the slot of a key or of a sharded channel.
    ///
    /// # Panics
    /// If no node runs.
    pub async fn slot(&self, key: &str) -> u16 {
        let answer = self.running().cli(&["CLUSTER", "KEYSLOT", key]).await;
        answer.trim().parse().expect("a slot is a number")
    }

    /// Returns the node that owns a slot.
    ///
    /// # Panics
    /// If no running node owns it.
    pub async fn owner(&self, slot: u16) -> &Redis {
        let seen = view::of(self.running()).await;
        let port = view::owner(&seen, slot).unwrap_or_else(|| panic!("no node owns slot {slot}: {seen:?}"));
        self.nodes.iter().find(|node| node.port() == port).expect("the owner is a node of this cluster")
    }

    /// Kills the owner of a slot and returns it. [`RedisCluster::settled`] waits for the consequences.
    ///
    /// # Panics
    /// As [`RedisCluster::owner`].
    pub async fn kill_owner(&self, slot: u16) -> &Redis {
        let owner = self.owner(slot).await;
        owner.kill9();
        owner
    }

    /// Moves a slot and its keys to another master, as resharding does.
    ///
    /// # Panics
    /// If `to` is no master of this cluster, or a node refuses.
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
        // The new owner first, so that the slot always has an owner.
        set(to, "NODE", &taker).await;
        set(from, "NODE", &taker).await;
        eventually(DEADLINE, || self.all_see(|seen| view::owner(seen, number) == Some(to.port()))).await;
    }

    /// Waits until every running node reports that running nodes serve all slots.
    ///
    /// # Panics
    /// If that does not happen within a minute.
    pub async fn settled(&self) {
        eventually(DEADLINE, || async {
            for node in self.nodes.iter().filter(|node| node.runs()) {
                if !node.cli(&["CLUSTER", "INFO"]).await.contains("cluster_state:ok") {
                    return None;
                }
            }
            self.all_see(|seen| {
                setup::SHARES.iter().all(|(first, _)| view::owner(seen, *first).is_some_and(|port| self.runs(port)))
            })
            .await
        })
        .await;
    }

    async fn all_see(&self, wanted: impl Fn(&[NodeView]) -> bool) -> Option<()> {
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
