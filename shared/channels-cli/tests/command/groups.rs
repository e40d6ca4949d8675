//! `groups`.

use testbed::{Dialect, PeerOptions, PythonPeer, RedisCluster};

use crate::kit::{Setup, idle_member, member, run};

#[tokio::test]
async fn core_lists_the_groups_of_every_host() {
    let setup = Setup::of("redis-core", 2).await;
    let process = setup.connect().await;
    let mut members = Vec::new();
    for name in ["lobby", "room.7", "room.7", "presence"] {
        members.push(member(&process, name).await);
    }
    idle_member(&setup.redis[0], "django").await;
    setup.redis[0].cli(&["ZADD", "asgi:group:expired", "1", "specific.0f!1"]).await;
    setup.redis[0].cli(&["SET", "asgi:group:text", "no group"]).await;
    let output = setup.run(&["groups"]).await.ok();
    let lines: Vec<_> = output.lines().filter(|line| line.starts_with("  ")).map(str::trim).collect();
    assert!(output.starts_with("4 groups in redis-core, prefix asgi, at redis://127.0.0.1:"), "{output}");
    assert_eq!(lines.len(), 4, "{output}");
    assert!(lines[3].starts_with("room.7 ") && lines[3].ends_with(" 1 member"), "{output}");
}

#[tokio::test]
async fn pubsub_lists_subscribed_groups() {
    let setup = Setup::of("redis-pubsub", 1).await;
    assert!(setup.run(&["groups"]).await.ok().starts_with("0 groups in redis-pubsub"));
    let process = setup.connect().await;
    let _members = [member(&process, "lobby").await, member(&process, "room.7").await];
    let python = PythonPeer::start(PeerOptions::new(Dialect::PubSub, [setup.redis[0].url()])).await;
    python.group_add("lobby", &python.new_channel().await).await;
    let output = setup.run(&["groups"]).await.ok();
    let lines: Vec<Vec<&str>> = output.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines, [["lobby", "2", "processes"], ["room.7", "1", "process"]], "{output}");
}

#[tokio::test]
async fn a_cluster_lists_each_group_once() {
    let cluster = RedisCluster::start().await;
    let variables = [("CHANNEL_LAYER", "redis-cluster".to_owned()), ("REDIS_URL", cluster.urls().join(","))];
    let hosts =
        catamaran_redis::RedisHosts::cluster(&cluster.urls().iter().map(String::as_str).collect::<Vec<_>>(), 3, false).unwrap();
    let layer =
        catamaran_redis::RedisPubSubLayer::connect(hosts, &catamaran_redis::Wire::default(), catamaran::LayerConfig::default());
    let layer: std::sync::Arc<dyn catamaran::ChannelLayer> = std::sync::Arc::new(layer);
    testbed::eventually(crate::kit::PATIENCE, async || layer.status().is_up().then_some(())).await;
    let _members = [member(&layer, "lobby").await, member(&layer, "room.7").await];
    let output = run(&variables, &["groups"], "").await.ok();
    assert!(output.starts_with("2 groups in redis-cluster"), "{output}");
    assert_eq!(output.matches("1 process").count(), 2, "{output}");
}
