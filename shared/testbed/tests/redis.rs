//! Inspecting a Redis, and its replicas.

use testbed::{Redis, RedisOptions, eventually};

#[tokio::test]
async fn redis_counts_commands_in_scripts_too() {
    let redis = Redis::start().await;
    redis.cli(&["SET", "before", "1"]).await;
    redis.reset_commands().await;
    redis.cli(&["ZADD", "by.hand", "1", "a"]).await;
    redis.cli(&["EVAL", "redis.call('ZADD', KEYS[1], 1, 'a')", "1", "by.script"]).await;
    redis.cli(&["CLIENT", "LIST"]).await;
    let commands = redis.commands().await;
    assert_eq!((commands["zadd"], commands["eval"], commands["client|list"]), (2, 1, 1), "{commands:?}");
    assert!(!commands.contains_key("set"), "{commands:?}");
    assert_eq!(redis.keys("by.*").await, ["by.hand", "by.script"]);
    assert_eq!(redis.keys("nothing*").await, Vec::<String>::new());
}

#[tokio::test]
async fn redis_without_memory_refuses_writes() {
    let config = ["maxmemory 1", "maxmemory-policy noeviction"].map(str::to_owned).to_vec();
    let redis = Redis::start_with(RedisOptions { config, ..RedisOptions::default() }).await;
    assert_eq!(redis.info("maxmemory").await.as_deref(), Some("1"));
    let refused = tokio::spawn(async move { redis.cli(&["SET", "name", "value"]).await }).await;
    assert!(refused.is_err(), "a full Redis has taken a value");
}

#[tokio::test]
async fn a_replica_follows_its_master_until_it_is_promoted() {
    let secret = RedisOptions { password: Some("open-sesame".into()), ..RedisOptions::default() };
    let sealed = RedisOptions { tls: true, ..secret.clone() };
    for options in [RedisOptions::default(), secret, sealed] {
        let master = Redis::start_with(options).await;
        master.cli(&["SET", "name", "value"]).await;
        let replica = master.replica().await;
        assert_eq!(replica.info("role").await.as_deref(), Some("slave"));
        assert_eq!(replica.cli(&["GET", "name"]).await.trim(), "value");

        master.cli(&["SET", "name", "later"]).await;
        eventually(std::time::Duration::from_secs(10), || async {
            (replica.cli(&["GET", "name"]).await.trim() == "later").then_some(())
        })
        .await;
        master.kill9();
        replica.promote().await;
        replica.cli(&["SET", "name", "own"]).await;
        assert_eq!(replica.info("role").await.as_deref(), Some("master"));
    }
}
