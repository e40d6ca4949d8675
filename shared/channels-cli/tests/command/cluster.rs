//! A Redis Cluster, of one node.

use testbed::{Redis, RedisOptions, eventually};

use crate::{
    doctor::blemishes,
    kit::{Deck, PATIENCE},
};

async fn cluster(layer: &'static str) -> Deck {
    let config = vec!["cluster-enabled yes".to_owned()];
    let node = Redis::start_with(RedisOptions { config, ..RedisOptions::default() }).await;
    node.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]).await;
    eventually(PATIENCE, async || node.cli(&["CLUSTER", "INFO"]).await.contains("cluster_state:ok").then_some(())).await;
    Deck { redis: vec![node], layer }
}

#[tokio::test]
async fn every_command_works_there() {
    for layer in ["redis-cluster", "redis-pubsub"] {
        let deck = cluster(layer).await;
        let tail = deck.tail(&["room", "--count", "1"]).await;
        let members = deck.run(&["members", "room"]).await.ok();
        assert!(members.contains("\n1 process\n") && members.contains("\n  Catamaran  "), "{members}");
        let doctor = deck.run(&["doctor"]).await.ok();
        assert!(doctor.contains(&format!("{layer}, prefix asgi: 1 group; 1 process of Catamaran")), "{doctor}");
        assert_eq!(blemishes(&deck).await, Vec::<serde_json::Value>::new());
        assert_eq!(doctor.matches("is a node of a Cluster").count(), 1, "lanes on one node are one server: {doctor}");
        assert_eq!(deck.run(&["group-send", "room", r#"{"type": "a"}"#]).await.ok(), "handed to 1 process\n");
        assert!(tail.exit_status().await.success());
        deck.run(&["send", "thumbnails", r#"{"type": "a"}"#]).await.ok();
    }
}

#[tokio::test]
async fn the_other_kind_of_publishing_is_noticed() {
    for (set, used) in [("redis-cluster", "redis-pubsub"), ("redis-pubsub", "redis-cluster")] {
        let Deck { redis, .. } = cluster(set).await;
        let using = Deck { redis, layer: used };
        let _tail = using.tail(&["room"]).await;
        let set = Deck { redis: using.redis, layer: set };
        let doctor = set.run(&["doctor"]).await.ok();
        assert!(doctor.contains(&format!("warning  {used} is in use too, prefix asgi: 1 group")), "{doctor}");
    }
}
