//! Somebody else deletes what is in Redis.

use std::time::Duration;

use channels::LayerConfig;
use testbed::Redis;

use crate::{
    both_dialects,
    fleet::{Dialect, at, hears, ids_of, member, roomy, up},
    traffic::Traffic,
};

both_dialects!(the_scripts_again_and_again, everything);

async fn the_scripts_again_and_again(dialect: Dialect) {
    let redis = Redis::start().await;
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    traffic.fault();
    for _ in 0..10 {
        redis.cli(&["SCRIPT", "FLUSH"]).await;
    }
    let outcome = traffic.over("SCRIPT FLUSH, ten times", dialect).await;
    assert_eq!((outcome.errors, outcome.gaps, outcome.lost), (0, 0, 0), "{outcome:?}");
}

/// Memberships in Redis are entered again by the next renewal: each second here, each minute by default.
async fn everything(dialect: Dialect) {
    let redis = Redis::start().await;
    let config = LayerConfig { group_expiry: Duration::from_secs(4), ..roomy() };
    let hosts = at(&redis.url());
    let (sender, reader) = (dialect.layer(&hosts, config.clone()), dialect.layer(&hosts, config));
    up(&sender).await;
    up(&reader).await;
    let mut traffic = Traffic::between(sender, reader).await;
    traffic.fault();
    redis.cli(&["FLUSHALL"]).await;
    let outcome = traffic.over("FLUSHALL, memberships renewed each second", dialect).await;
    match dialect {
        Dialect::Core => assert!(outcome.gaps == 1 && outcome.to_nobody > 0, "{outcome:?}"),
        Dialect::PubSub => assert_eq!((outcome.gaps, outcome.to_nobody), (0, 0), "{outcome:?}"),
    }
    assert_eq!((outcome.errors, outcome.lost), (0, 0), "{outcome:?}");
}

/// Redis has lost everything, as in a failover and back, and of the two connections one has slept through it.
#[tokio::test]
async fn a_reader_that_comes_back_has_the_memberships_looked_at() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["FLUSHALL"]).await;
    for id in ids_of(&redis, "catamaran.reader").await {
        redis.cli(&["CLIENT", "KILL", "ID", &id]).await;
    }
    hears(&layer, &mut receiver, "room").await; // the next renewal is a minute away
}
