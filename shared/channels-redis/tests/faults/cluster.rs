//! A Redis Cluster, over sharded publish and subscribe.

use channels_redis::{RedisCoreLayer, RedisHosts, RedisPubSubLayer, Unsuitable};
use testbed::{Redis, RedisCluster};

use crate::{
    fleet::{Dialect, Layer, at, down_because, gap, group, hears, member, number, numbered, quick, roomy},
    traffic::Traffic,
};

const LANES: usize = 6;

fn hosts(urls: &[String]) -> RedisHosts {
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    quick(RedisHosts::cluster(&urls, LANES, false).unwrap())
}

async fn connect(cluster: &RedisCluster) -> Layer {
    Dialect::PubSub.connect(&hosts(&cluster.urls())).await
}

/// The topic of the room that the traffic goes to, as some node hears it.
async fn topic(cluster: &RedisCluster) -> String {
    for node in cluster.nodes() {
        let topics = node.cli(&["PUBSUB", "SHARDCHANNELS", "*__group__room"]).await;
        if let Some(topic) = topics.lines().find(|line| !line.is_empty()) {
            return topic.to_owned();
        }
    }
    panic!("nobody hears it");
}

#[tokio::test]
async fn the_master_of_a_room_is_killed() {
    let cluster = RedisCluster::start().await;
    let mut traffic = Traffic::between(connect(&cluster).await, connect(&cluster).await).await;
    let topic = topic(&cluster).await;
    let slot = cluster.slot(&topic).await;
    traffic.fault();
    let killed = cluster.kill_owner(slot).await;
    let why = traffic.error().await;
    assert!(why.contains("backend is unavailable"), "{why}");
    // Only the first master has a replica; another has to come back itself.
    if killed.port() != cluster.nodes()[0].port() {
        killed.restart().await;
    }
    let outcome = traffic.over("Cluster: the master of a room is killed", Dialect::PubSub).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}

/// All rooms of the lanes in the first third of the slots.
#[tokio::test]
async fn a_replica_takes_over() {
    let cluster = RedisCluster::start().await;
    let layer = connect(&cluster).await;
    let mut members = Vec::new();
    for n in 0..12 {
        members.push(member(&layer, &format!("room.{n}")).await);
    }
    let killed = cluster.kill_owner(0).await.port();
    cluster.settled().await;
    assert_ne!(cluster.owner(0).await.port(), killed);
    for (n, member) in members.iter_mut().enumerate() {
        gap(member).await; // told to every receiver: which of them was affected is not worth knowing
        hears(&layer, member, &format!("room.{n}")).await;
    }
}

/// The giving node ends the subscription unasked; whoever sends to it is told where the slot is now, and the connections follow.
#[tokio::test]
async fn a_slot_moves_while_its_room_is_subscribed() {
    let cluster = RedisCluster::start().await;
    let mut traffic = Traffic::between(connect(&cluster).await, connect(&cluster).await).await;
    let topic = topic(&cluster).await;
    let slot = cluster.slot(&topic).await;
    let owner = cluster.owner(slot).await.port();
    let to = cluster.nodes()[..3].iter().find(|node| node.port() != owner).unwrap();
    traffic.fault();
    cluster.move_slot(slot, to).await;
    let outcome = traffic.over("Cluster: a slot moves to another node", Dialect::PubSub).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
    assert!(to.cli(&["PUBSUB", "SHARDNUMSUB", &topic]).await.contains('1'));
}

#[tokio::test]
async fn the_core_dialect_says_that_it_cannot_work_there() {
    let cluster = RedisCluster::start().await;
    let plain = at(&cluster.urls()[0]);
    let fault = RedisCoreLayer::check(&plain).await.unwrap_err();
    assert!(matches!(fault, Unsuitable::Cluster(_)) && fault.to_string().contains("redis-cluster"), "{fault}");
    let layer = Dialect::Core.layer(&plain, roomy());
    down_because(&layer, "the core dialect cannot work there").await;

    // The pubsub dialect on plain addresses works: Redis carries each message to every node.
    let (one, two) = (Dialect::PubSub.connect(&plain).await, Dialect::PubSub.connect(&at(&cluster.urls()[1])).await);
    let mut receiver = member(&one, "room").await;
    let receipt = two.group_send(&group("room"), &numbered(7)).await.unwrap();
    assert_eq!(receipt.reached, 0, "PUBLISH counts the subscribers of its own node alone");
    assert_eq!(number(&mut receiver).await, 7);
}

#[tokio::test]
async fn a_redis_that_is_no_cluster_is_refused() {
    let redis = Redis::start().await;
    let hosts = hosts(&[redis.url()]);
    let fault = RedisPubSubLayer::check_cluster(&hosts).await.unwrap_err();
    assert!(matches!(fault, Unsuitable::NoCluster(_)) && fault.to_string().contains("redis-pubsub"), "{fault}");
    let layer = Dialect::PubSub.layer(&hosts, roomy());
    down_because(&layer, "cluster support disabled").await;
}
