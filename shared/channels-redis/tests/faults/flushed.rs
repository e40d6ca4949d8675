//! Somebody else deletes what is in Redis.

use std::time::Duration;

use testbed::{Redis, eventually};

use crate::{
    both_dialects,
    fleet::{Dialect, PATIENCE, at, gap, hears, ids_of, member, roomy, up},
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

/// Redis tells of it: memberships are entered again at once, and the reader is told of a gap. The next renewal is minutes away.
async fn everything(dialect: Dialect) {
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
async fn whatever_takes_a_membership_away() {
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
        hears(&layer, &mut receiver, "room").await;
    }
}

/// As a cache does that shares the Redis.
#[tokio::test]
async fn a_group_that_is_evicted() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-random"]).await;
    redis.cli(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let _evicts = redis.cli(&["EVAL", "return redis.call('DBSIZE')", "0"]).await;
    eventually(PATIENCE, async || (redis.info("evicted_keys").await.as_deref() != Some("0")).then_some(())).await;
    redis.cli(&["CONFIG", "SET", "maxmemory", "0"]).await;
    gap(&mut receiver).await;
    hears(&layer, &mut receiver, "room").await;
}

/// Redis tells nobody of `SWAPDB`: one membership is looked at each second here, each minute by default.
#[tokio::test]
async fn another_database_in_the_place_of_this_one() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.layer(&at(&redis.url()), roomy().with(|config| config.group_expiry = Duration::from_secs(4)));
    up(&layer).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["SWAPDB", "0", "1"]).await;
    gap(&mut receiver).await;
    hears(&layer, &mut receiver, "room").await;
}

/// A cache in another database that is cleared costs no gap, and others who join and leave cost no more than a look now and then.
#[tokio::test]
async fn what_takes_nothing_away_is_no_gap() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.reset_commands().await;
    for n in 0..50 {
        redis.cli(&["-n", "1", "FLUSHDB"]).await;
        redis.cli(&["ZADD", "asgi:group:room", "9999999999", &format!("specific.other!{n}")]).await;
    }
    hears(&layer, &mut receiver, "room").await;
    let commands = redis.commands().await;
    assert_eq!(commands.get("zadd").copied().unwrap_or_default() - 50, written(&commands), "no membership was entered again");
    assert!(receiver.try_recv().is_none());
}

/// Counts the writes that only messages cause.
fn written(commands: &std::collections::BTreeMap<String, u64>) -> u64 {
    commands.get("zcount").copied().unwrap_or_default()
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
