//! A Redis Cluster that loses masters, with and without a replica, and moves slots.

use testbed::RedisCluster;

/// The replica follows the master with this slot.
const FIRST: u16 = 0;
/// Its master has no replica.
const LAST: u16 = 16383;

#[tokio::test]
async fn the_replica_takes_over_from_its_killed_master() {
    let cluster = RedisCluster::start().await;
    assert_eq!(cluster.urls().len(), 4);
    let killed = cluster.kill_owner(FIRST).await;
    cluster.settled().await;
    let heir = cluster.owner(FIRST).await;
    assert_eq!(heir.port(), cluster.nodes()[3].port());
    killed.restart().await;
    cluster.settled().await;
    assert_eq!(cluster.owner(FIRST).await.port(), heir.port());
}

#[tokio::test]
async fn a_master_without_a_replica_comes_back_to_its_slots() {
    let cluster = RedisCluster::start().await;
    let killed = cluster.kill_owner(LAST).await;
    let other = cluster.owner(FIRST).await;
    testbed::eventually(std::time::Duration::from_secs(20), || async {
        other.cli(&["CLUSTER", "INFO"]).await.contains("cluster_state:fail").then_some(())
    })
    .await;
    killed.restart().await;
    cluster.settled().await;
    assert_eq!(cluster.owner(LAST).await.port(), killed.port());
}

#[tokio::test]
async fn a_slot_moves_with_its_keys() {
    let cluster = RedisCluster::start().await;
    let slot = cluster.slot("{orders}.7").await;
    assert_eq!(cluster.slot("orders").await, slot);
    let from = cluster.owner(slot).await;
    from.cli(&["SET", "{orders}.7", "paid"]).await;
    let to = cluster.nodes().iter().take(3).find(|node| node.port() != from.port()).unwrap();
    cluster.move_slot(slot, to).await;
    assert_eq!(cluster.owner(slot).await.port(), to.port());
    assert_eq!(to.cli(&["GET", "{orders}.7"]).await.trim(), "paid");
    cluster.settled().await;
}
