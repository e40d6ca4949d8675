//! A Redis Cluster, of one node.

use testbed::{Redis, RedisOptions, eventually, free_port};

use crate::{
    doctor::problems,
    kit::{PATIENCE, Setup},
};

async fn cluster(layer: &'static str) -> Setup {
    let node = Redis::start_with(RedisOptions { cluster_bus: Some(free_port()), ..RedisOptions::default() }).await;
    node.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]).await;
    eventually(PATIENCE, async || node.cli(&["CLUSTER", "INFO"]).await.contains("cluster_state:ok").then_some(())).await;
    Setup { redis: vec![node], layer }
}

#[tokio::test]
async fn every_command_works_in_a_cluster() {
    for layer in ["redis-cluster", "redis-pubsub"] {
        let setup = cluster(layer).await;
        let tail = setup.tail(&["room", "--count", "1"]).await;
        let members = setup.run(&["members", "room"]).await.ok();
        assert!(members.contains("\n1 process\n") && members.contains("\n  Catamaran  "), "{members}");
        let doctor = setup.run(&["doctor"]).await.ok();
        assert!(doctor.contains(&format!("{layer}, prefix asgi: 1 group; 1 process of Catamaran")), "{doctor}");
        assert_eq!(problems(&setup).await, Vec::<serde_json::Value>::new());
        assert_eq!(doctor.matches("is a node of a Cluster").count(), 1, "partitions on one node are one server: {doctor}");
        assert_eq!(setup.run(&["group-send", "room", r#"{"type": "a"}"#]).await.ok(), "handed to 1 process\n");
        assert!(tail.exit_status().await.success());
        setup.run(&["send", "thumbnails", r#"{"type": "a"}"#]).await.ok();
    }
}

#[tokio::test]
async fn doctor_warns_of_the_other_kind_of_publishing() {
    for (set, used) in [("redis-cluster", "redis-pubsub"), ("redis-pubsub", "redis-cluster")] {
        let Setup { redis, .. } = cluster(set).await;
        let using = Setup { redis, layer: used };
        let _tail = using.tail(&["room"]).await;
        let set = Setup { redis: using.redis, layer: set };
        let doctor = set.run(&["doctor"]).await.ok();
        assert!(doctor.contains(&format!("warning  {used} is in use too, prefix asgi: 1 group")), "{doctor}");
    }
}
