//! Another client deletes data in Redis.

use std::time::Duration;

use testbed::{Redis, eventually};

use crate::{
    both_dialects,
    fleet::{Dialect, PATIENCE, at, eventually_receives, gap, ids_of, member, roomy, up},
    traffic::Traffic,
};

both_dialects!(loads_flushed_scripts_again, joins_again_after_a_flush);

async fn loads_flushed_scripts_again(dialect: Dialect) {
    let redis = Redis::start().await;
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    traffic.fault();
    for _ in 0..10 {
        redis.cli(&["SCRIPT", "FLUSH"]).await;
    }
    let outcome = traffic.over("SCRIPT FLUSH, ten times", dialect).await;
    assert_eq!((outcome.errors, outcome.gaps, outcome.lost), (0, 0, 0), "{outcome:?}");
}

/// Redis reports the loss. The process joins again at once and the reader gets a gap. The next renewal is minutes away.
async fn joins_again_after_a_flush(dialect: Dialect) {
    let redis = Redis::start().await;
    let mut traffic = Traffic::start(dialect, &at(&redis.url())).await;
    traffic.fault();
    redis.cli(&["FLUSHALL"]).await;
    let outcome = traffic.over("FLUSHALL", dialect).await;
    let gaps = if dialect == Dialect::Core { 1 } else { 0 };
    assert_eq!((outcome.errors, outcome.lost, outcome.gaps), (0, 0, gaps), "{outcome:?}");
}

/// Each way to lose a membership: the process joins again, and its receivers get a gap.
#[tokio::test]
async fn joins_again_after_each_way_to_lose_a_membership() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    let restore = "redis.call('ZADD', 'old', 1, 'specific.0123456789abcdef0123456789abcdef!x') \
                   redis.call('RESTORE', KEYS[1], 0, redis.call('DUMP', 'old'), 'REPLACE')";
    for (command, arguments) in [
        ("FLUSHALL", &[][..]),
        ("FLUSHALL", &["ASYNC"]),
        ("FLUSHDB", &[]),
        ("DEL", &["asgi:group:room"]),
        ("UNLINK", &["asgi:group:room"]),
        ("PEXPIRE", &["asgi:group:room", "1"]),
        ("RENAME", &["asgi:group:room", "elsewhere"]),
        ("MOVE", &["asgi:group:room", "1"]),
        ("ZREMRANGEBYRANK", &["asgi:group:room", "0", "-1"]),
        ("ZPOPMIN", &["asgi:group:room"]),
        ("EVAL", &[restore, "1", "asgi:group:room"]),
    ] {
        eprintln!("{command} {arguments:?}");
        redis.cli(&[&[command], arguments].concat()).await;
        gap(&mut receiver).await;
        eventually_receives(&layer, &mut receiver, "room").await;
    }
}

/// A cache that shares the Redis causes evictions.
#[tokio::test]
async fn joins_again_after_an_eviction() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-random"]).await;
    redis.cli(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let _evicts = redis.cli(&["EVAL", "return redis.call('DBSIZE')", "0"]).await;
    eventually(PATIENCE, async || (redis.info("evicted_keys").await.as_deref() != Some("0")).then_some(())).await;
    redis.cli(&["CONFIG", "SET", "maxmemory", "0"]).await;
    gap(&mut receiver).await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

/// Redis does not report `SWAPDB`. The layer checks one membership each second here, each minute by default.
#[tokio::test]
async fn joins_again_after_swapdb() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.layer(&at(&redis.url()), roomy().with(|config| config.group_expiry = Duration::from_secs(4)));
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["SWAPDB", "0", "1"]).await;
    gap(&mut receiver).await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

/// A flush of another database causes no gap. Joins of other processes cause only rare checks.
#[tokio::test]
async fn changes_of_others_cause_no_gap() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.reset_commands().await;
    for n in 0..50 {
        redis.cli(&["-n", "1", "FLUSHDB"]).await;
        redis.cli(&["ZADD", "asgi:group:room", "9999999999", &format!("specific.other!{n}")]).await;
    }
    eventually_receives(&layer, &mut receiver, "room").await;
    let commands = redis.commands().await;
    assert_eq!(commands.get("zadd").copied().unwrap_or_default() - 50, written(&commands), "no membership was sent again");
    assert!(receiver.try_recv().is_none());
}

/// Counts the writes that only messages cause.
fn written(commands: &std::collections::BTreeMap<String, u64>) -> u64 {
    commands.get("zcount").copied().unwrap_or_default()
}

/// Redis has lost all memberships, as after a failover and back, and the connection for commands has not noticed.
#[tokio::test]
async fn checks_memberships_when_the_reader_reconnects() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["FLUSHALL"]).await;
    for id in ids_of(&redis, "catamaran.reader").await {
        redis.cli(&["CLIENT", "KILL", "ID", &id]).await;
    }
    eventually_receives(&layer, &mut receiver, "room").await; // the next renewal is a minute away
}
