//! A master becomes a replica while connections to it stay open.

use testbed::Redis;

use crate::{
    both_dialects,
    fleet::{Dialect, at, down_because},
    traffic::Traffic,
};

both_dialects!(recovers_when_a_replica_becomes_a_master_again);

async fn recovers_when_a_replica_becomes_a_master_again(dialect: Dialect) {
    let (redis, other) = (Redis::start().await, Redis::start().await);
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    traffic.fault();
    redis.cli(&["REPLICAOF", "127.0.0.1", &other.port().to_string()]).await;
    traffic.error().await;
    down_because(&traffic.sender, "read-only replica").await;
    down_because(&traffic.reader, "read-only replica").await;
    redis.promote().await;
    let outcome = traffic.over("became a read-only replica, then a master again", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}
