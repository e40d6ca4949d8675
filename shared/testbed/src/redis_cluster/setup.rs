//! Makes a cluster of nodes.

use super::{DEADLINE, view};
use crate::{Issued, Redis, RedisOptions, eventually, free_port};

/// The first and the last slot of each master.
pub(super) const SHARES: [(u16, u16); 3] = [(0, 5460), (5461, 10922), (10923, 16383)];

/// Starts three masters, and a replica of the first.
pub(super) async fn nodes(certificate: Option<&Issued>) -> Vec<Redis> {
    let buses = [(); 4].map(|()| free_port());
    let [a, b, c, d] = buses.map(|bus| node(bus, certificate.cloned()));
    let nodes: [Redis; 4] = tokio::join!(a, b, c, d).into();
    for (node, (first, last)) in nodes.iter().zip(SHARES) {
        // Two masters with the same epoch would have to resolve the conflict first.
        node.cli(&["CLUSTER", "SET-CONFIG-EPOCH", &(first + 1).to_string()]).await;
        node.cli(&["CLUSTER", "ADDSLOTSRANGE", &first.to_string(), &last.to_string()]).await;
    }
    for (other, bus) in nodes.iter().zip(buses).skip(1) {
        nodes[0].cli(&["CLUSTER", "MEET", "127.0.0.1", &other.port().to_string(), &bus.to_string()]).await;
    }
    follow(&nodes[3], &nodes[0]).await;
    nodes.into()
}

async fn node(bus: u16, certificate: Option<Issued>) -> Redis {
    // Milliseconds without an answer after which a node counts as dead.
    let mut config = vec!["cluster-node-timeout 1000".to_owned()];
    if certificate.is_some() {
        config.push("tls-cluster yes".to_owned());
    }
    Redis::start_with(RedisOptions { cluster_bus: Some(bus), config, certificate, ..RedisOptions::default() }).await
}

/// Makes `node` a replica as soon as it knows `master`, and waits until it has the data.
async fn follow(node: &Redis, master: &Redis) {
    let id = view::id(master).await;
    eventually(DEADLINE, || async {
        let known = node.cli(&["CLUSTER", "NODES"]).await.contains(&id);
        known.then_some(())
    })
    .await;
    node.cli(&["CLUSTER", "REPLICATE", &id]).await;
    eventually(DEADLINE, || async {
        let link = node.info("master_link_status").await;
        (link.as_deref() == Some("up")).then_some(())
    })
    .await;
}
