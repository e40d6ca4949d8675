//! Redis is unavailable, or seems to be: briefly, for long, or while its connections stay open.

use testbed::{FaultProxy, Redis, RedisOptions, eventually};

use crate::{
    both_dialects,
    fleet::{Dialect, PATIENCE, at, down, down_because, eventually_receives, gap, group, ids_of, member, unavailable, up},
    traffic::Traffic,
};

both_dialects!(
    recovers_after_a_restart,
    recovers_after_a_long_outage,
    recovers_after_a_freeze,
    survives_a_pause,
    survives_a_pause_of_writes,
    recovers_after_killed_connections,
    recovers_after_a_cut_connection,
    recovers_after_a_stalled_connection,
    connects_to_a_redis_that_starts_later,
);

async fn recovers_after_a_restart(dialect: Dialect) {
    let redis = Redis::start().await;
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    traffic.fault();
    redis.restart().await;
    let outcome = traffic.over("killed, back at once", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}

async fn recovers_after_a_long_outage(dialect: Dialect) {
    let redis = Redis::start().await;
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    let mut other = member(&traffic.reader, "other").await;
    traffic.fault();
    redis.kill9();
    let why = traffic.error().await;
    assert!(why.contains("backend is unavailable"), "{why}");
    let why = down(&traffic.sender).await;
    assert!(why.starts_with("Redis at 127.0.0.1:"), "{why}");
    // Each call waits 3 s. Together that is far more than the six attempts after which the client library's own manager gives up.
    for _ in 0..3 {
        unavailable(traffic.reader.group_add(&group("late"), other.name()).await);
    }
    redis.restart().await;
    let (sender, reader) = (traffic.sender.clone(), traffic.reader.clone());
    let outcome = traffic.over("killed for 9 s", dialect).await;
    assert!(outcome.gaps >= 1 && outcome.errors > 100, "{outcome:?}");
    gap(&mut other).await;
    eventually_receives(&sender, &mut other, "other").await;
    let reached = sender.group_send(&group("late"), &crate::fleet::numbered(1)).await.unwrap().reached;
    assert_eq!(reached, 0, "a failed join is no membership");
    drop(reader);
}

async fn recovers_after_a_freeze(dialect: Dialect) {
    let redis = Redis::start().await;
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    traffic.fault();
    redis.freeze();
    traffic.error().await;
    let why = down(&traffic.sender).await;
    assert!(why.contains("answer") || why.contains("timed out"), "{why}");
    down(&traffic.reader).await;
    redis.thaw();
    let outcome = traffic.over("frozen until noticed", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}

async fn survives_a_pause(dialect: Dialect) {
    let redis = Redis::start().await;
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    traffic.fault();
    redis.cli(&["CLIENT", "PAUSE", "1500", "ALL"]).await;
    traffic.over("CLIENT PAUSE 1500 ALL", dialect).await;
}

async fn survives_a_pause_of_writes(dialect: Dialect) {
    let redis = Redis::start().await;
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    traffic.fault();
    redis.cli(&["CLIENT", "PAUSE", "1500", "WRITE"]).await;
    traffic.over("CLIENT PAUSE 1500 WRITE", dialect).await;
}

async fn recovers_after_killed_connections(dialect: Dialect) {
    let redis = Redis::start().await;
    let names: &[&str] = match dialect {
        Dialect::Core => &["catamaran.commands", "catamaran.reader"],
        Dialect::PubSub => &["catamaran.commands", "catamaran.subscriber"],
    };
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    for name in names {
        let ids = ids_of(&redis, name).await;
        assert_eq!(ids.len(), 2, "one in each process");
        traffic.fault();
        for id in &ids {
            redis.cli(&["CLIENT", "KILL", "ID", id]).await;
        }
        let new = async || {
            let now = ids_of(&redis, name).await;
            (now.len() == 2 && now.iter().all(|id| !ids.contains(id))).then_some(())
        };
        eventually(PATIENCE, new).await;
        let (sender, reader) = (traffic.sender.clone(), traffic.reader.clone());
        let outcome = traffic.over(&format!("CLIENT KILL of {name}"), dialect).await;
        assert!(outcome.gaps >= 1 || *name == "catamaran.commands", "{outcome:?}");
        traffic = Traffic::between(sender, reader).await;
    }
}

async fn recovers_after_a_cut_connection(dialect: Dialect) {
    let redis = Redis::start().await;
    let line = FaultProxy::start(redis.port()).await;
    let mut traffic = Traffic::start(dialect, &at(&line.url(&redis.url()))).await;
    traffic.fault();
    line.cut().await;
    let outcome = traffic.over("the line is cut under traffic", dialect).await;
    assert!(outcome.gaps >= 1, "{outcome:?}");
}

async fn recovers_after_a_stalled_connection(dialect: Dialect) {
    let redis = Redis::start().await;
    let line = FaultProxy::start(redis.port()).await;
    let mut traffic = Traffic::start(dialect, &at(&line.url(&redis.url()))).await;
    traffic.fault();
    line.stall().await;
    traffic.error().await;
    down(&traffic.sender).await;
    down(&traffic.reader).await;
    line.heal().await;
    let outcome = traffic.over("the line swallows everything, until noticed", dialect).await;
    // One of the reader's connections may have survived. Then no message is missing.
    assert!(outcome.gaps >= 1 || outcome.lost == 0, "{outcome:?}");
}

async fn connects_to_a_redis_that_starts_later(dialect: Dialect) {
    let redis = Redis::start().await;
    redis.kill9();
    let layer = dialect.layer(&at(&redis.url()), crate::fleet::roomy());
    let receiver = layer.new_channel(Default::default());
    let why = unavailable(layer.group_add(&group("room"), receiver.name()).await);
    assert!(why.contains(&redis.port().to_string()), "{why}");
    redis.restart().await;
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

/// While it loads, Redis answers but refuses data commands. (In the pubsub dialect it refuses nothing then.)
#[tokio::test]
async fn a_server_that_still_loads_is_not_up() {
    // Each key takes a millisecond to load, and Redis handles clients in between.
    let config = vec!["key-load-delay 1000".to_owned(), "loading-process-events-interval-bytes 1024".to_owned()];
    let redis = Redis::start_with(RedisOptions { config, ..RedisOptions::default() }).await;
    redis.cli(&["EVAL", "for n = 1, 2000 do redis.call('SET', 'key.' .. n, n) end", "0"]).await;
    redis.cli(&["SAVE"]).await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    tokio::join!(redis.restart(), down_because(&layer, "loading the dataset"));
    gap(&mut receiver).await;
    up(&layer).await;
    assert_eq!(redis.cli(&["ZCARD", "asgi:group:room"]).await.trim(), "1");
    eventually_receives(&layer, &mut receiver, "room").await;
}
