//! A Redis Cluster with sharded publish and subscribe.

use catamaran_redis::{RedisCoreLayer, RedisHosts, RedisPubSubLayer, Unsuitable};
use testbed::{Redis, RedisCluster};

use crate::{
    fleet::{
        Dialect, Layer, at, channel, down_because, eventually_receives, gap, group, ids_of, member, number, numbered, quick,
        roomy, unavailable,
    },
    traffic::Traffic,
};

const PARTITIONS: usize = 6;

fn hosts(urls: &[String]) -> RedisHosts {
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    quick(RedisHosts::cluster(&urls, PARTITIONS, false).unwrap())
}

async fn connect(cluster: &RedisCluster) -> Layer {
    Dialect::PubSub.connect(&hosts(&cluster.urls())).await
}

/// Returns the topic of a room at the node that owns it.
async fn topic(cluster: &RedisCluster, room: &str) -> String {
    for node in cluster.nodes() {
        let topics = node.cli(&["PUBSUB", "SHARDCHANNELS", &format!("*__group__{room}")]).await;
        if let Some(topic) = topics.lines().find(|line| !line.is_empty()) {
            return topic.to_owned();
        }
    }
    panic!("no node has a subscriber of {room}");
}

/// Returns a room on the first master, which has a replica.
async fn room_on_first_master(cluster: &RedisCluster, layer: &Layer) -> String {
    let first = cluster.nodes()[0].port();
    for n in 0.. {
        let room = format!("room.{n}");
        let _receiver = member(layer, &room).await;
        let slot = cluster.slot(&topic(cluster, &room).await).await;
        if cluster.owner(slot).await.port() == first {
            return room;
        }
    }
    unreachable!("partitions are spread over all slots");
}

#[tokio::test]
async fn recovers_when_a_replica_replaces_a_killed_master() {
    let cluster = RedisCluster::start().await;
    let (sender, reader) = (connect(&cluster).await, connect(&cluster).await);
    let mut elsewhere = Vec::new();
    for n in 0..12 {
        elsewhere.push(member(&reader, &format!("elsewhere.{n}")).await);
    }
    let room = room_on_first_master(&cluster, &reader).await;
    let mut traffic = Traffic::in_room(&room, sender.clone(), reader.clone()).await;
    traffic.fault();
    let killed = cluster.kill_owner(0).await.port();
    let outcome = traffic.over("Cluster: a master is killed, its replica takes over", Dialect::PubSub).await;
    assert!(outcome.gaps >= 1 && outcome.errors > 0, "{outcome:?}");
    assert_ne!(cluster.owner(0).await.port(), killed);
    for (n, member) in elsewhere.iter_mut().enumerate() {
        gap(member).await; // every receiver gets a gap, also in rooms on other nodes
        eventually_receives(&sender, member, &format!("elsewhere.{n}")).await;
    }
}

#[tokio::test]
async fn recovers_when_a_killed_master_comes_back() {
    let cluster = RedisCluster::start().await;
    let mut traffic = Traffic::between(connect(&cluster).await, connect(&cluster).await).await;
    let slot = cluster.slot(&topic(&cluster, "room").await).await;
    traffic.fault();
    let killed = cluster.kill_owner(slot).await;
    let why = traffic.error().await;
    assert!(why.contains("backend is unavailable"), "{why}");
    killed.restart().await;
    let outcome = traffic.over("Cluster: a master is killed, back at once", Dialect::PubSub).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}

/// The source node ends the subscription. Senders get the slot's new node, and the connections follow.
#[tokio::test]
async fn follows_a_slot_that_moves() {
    let cluster = RedisCluster::start().await;
    let mut traffic = Traffic::between(connect(&cluster).await, connect(&cluster).await).await;
    let topic = topic(&cluster, "room").await;
    let slot = cluster.slot(&topic).await;
    let owner = cluster.owner(slot).await.port();
    let to = cluster.nodes()[..3].iter().find(|node| node.port() != owner).unwrap();
    traffic.fault();
    cluster.move_slot(slot, to).await;
    let outcome = traffic.over("Cluster: a slot moves to another node", Dialect::PubSub).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
    assert!(to.cli(&["PUBSUB", "SHARDNUMSUB", &topic]).await.contains('1'));
}

/// The user may subscribe to some topics but not to others.
#[tokio::test]
async fn a_refused_topic_does_not_affect_others() {
    let cluster = RedisCluster::start().await;
    let mut connections = Vec::new();
    for node in cluster.nodes() {
        node.cli(&["ACL", "SETUSER", "narrow", "on", ">word", "+@all", "&*asgispecific*", "&*asgi__group__room"]).await;
    }
    let narrow: Vec<_> = cluster.urls().iter().map(|url| url.replace("redis://", "redis://narrow:word@")).collect();
    let layer = Dialect::PubSub.connect(&hosts(&narrow)).await;
    for node in cluster.nodes() {
        connections.push(ids_of(node, "catamaran.subscriber").await);
    }
    let pending = layer.receive(&channel("jobs"));
    let mut receiver = member(&layer, "room").await;
    for _ in 0..2 {
        let joins = (layer.group_add(&group("bad"), receiver.name()), layer.group_add(&group("room"), receiver.name()));
        let (refused, joined) = tokio::join!(joins.0, joins.1);
        assert!(unavailable(refused).contains("permissions"));
        joined.unwrap();
    }
    layer.group_discard(&group("bad"), receiver.name()).await.unwrap();
    layer.flush().await.unwrap();
    layer.group_add(&group("room"), receiver.name()).await.unwrap();
    eventually_receives(&layer, &mut receiver, "room").await;
    for (node, before) in cluster.nodes().iter().zip(connections) {
        assert_eq!(ids_of(node, "catamaran.subscriber").await, before, "no connection was replaced");
    }
    drop(pending);
}

#[tokio::test]
async fn names_a_missing_right_for_its_own_topic() {
    let cluster = RedisCluster::start().await;
    for node in cluster.nodes() {
        node.cli(&["ACL", "SETUSER", "narrow", "on", ">word", "+@all", "&*asgi__group__*"]).await;
    }
    let narrow: Vec<_> = cluster.urls().iter().map(|url| url.replace("redis://", "redis://narrow:word@")).collect();
    down_because(&Dialect::PubSub.layer(&hosts(&narrow), roomy()), "permissions").await;
}

#[tokio::test]
async fn the_core_dialect_refuses_a_cluster() {
    let cluster = RedisCluster::start().await;
    let plain = at(&cluster.urls()[0]);
    let fault = RedisCoreLayer::check(&plain).await.unwrap_err();
    assert!(matches!(fault, Unsuitable::Cluster(_)) && fault.to_string().contains("redis-cluster"), "{fault}");
    let layer = Dialect::Core.layer(&plain, roomy());
    down_because(&layer, "the core dialect cannot work there").await;

    // The pubsub dialect on plain addresses works, since Redis forwards each message to every node.
    let (one, two) = (Dialect::PubSub.connect(&plain).await, Dialect::PubSub.connect(&at(&cluster.urls()[1])).await);
    let mut receiver = member(&one, "room").await;
    let receipt = two.group_send(&group("room"), &numbered(7)).await.unwrap();
    assert_eq!(receipt.reached, 0, "PUBLISH counts only the subscribers of its own node");
    assert_eq!(number(&mut receiver).await, 7);
}

#[tokio::test]
async fn refuses_a_redis_without_cluster_mode() {
    let redis = Redis::start().await;
    let hosts = hosts(&[redis.url()]);
    let fault = RedisPubSubLayer::check_cluster(&hosts).await.unwrap_err();
    assert!(matches!(fault, Unsuitable::NoCluster(_)) && fault.to_string().contains("redis-pubsub"), "{fault}");
    let layer = Dialect::PubSub.layer(&hosts, roomy());
    down_because(&layer, "cluster support disabled").await;
}
