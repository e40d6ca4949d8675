//! A slow connection.

use std::time::Duration;

use catamaran_redis::RedisHosts;
use testbed::{FaultProxy, Redis};

use crate::{
    both_dialects,
    fleet::{Dialect, at, down, eventually_receives, member},
    traffic::Traffic,
};

both_dialects!(works_over_a_slow_connection, recovers_after_a_too_slow_connection);

/// 600 ms for a round trip, with a time limit of 2 s.
async fn works_over_a_slow_connection(dialect: Dialect) {
    let redis = Redis::start().await;
    let line = FaultProxy::start(redis.port()).await;
    let hosts = RedisHosts::new(&[&line.url(&redis.url())], false).unwrap();
    let mut traffic = Traffic::start(dialect, &hosts).await;
    traffic.fault();
    line.delay(Duration::from_millis(300)).await;
    let outcome = traffic.over("300 ms each way", dialect).await;
    assert_eq!((outcome.errors, outcome.gaps, outcome.lost), (0, 0, 0), "{outcome:?}");
    let layer = dialect.connect(&hosts).await;
    let mut receiver = member(&layer, "room").await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

async fn recovers_after_a_too_slow_connection(dialect: Dialect) {
    let redis = Redis::start().await;
    let line = FaultProxy::start(redis.port()).await;
    let mut traffic = Traffic::start(dialect, &at(&line.url(&redis.url()))).await;
    traffic.fault();
    line.delay(Duration::from_secs(5)).await;
    let why = traffic.error().await;
    assert!(why.contains("does not answer in time"), "{why}");
    let why = down(&traffic.sender).await;
    assert!(why.contains("does not answer"), "{why}");
    line.heal().await;
    traffic.over("5 s each way, until noticed", dialect).await;
}
