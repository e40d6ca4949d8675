//! Unexpected data in Redis, and wrong clocks. For the core dialect, which stores data there.

use std::time::Duration;

use catamaran::{LayerConfig, ManualClock};
use testbed::{Redis, eventually};

use crate::fleet::{
    Dialect, PATIENCE, at, channel, eventually_receives, gap, group, ids_of, member, number, numbered, roomy, unavailable,
};

#[tokio::test]
async fn an_unusable_member_does_not_affect_others() {
    let redis = Redis::start().await;
    let (sender, reader) = (Dialect::Core.connect(&at(&redis.url())).await, Dialect::Core.connect(&at(&redis.url())).await);
    let mut receiver = member(&reader, "room").await;
    redis.cli(&["SET", "asgiaaa", "a text where messages should lie"]).await;
    redis.cli(&["ZADD", "asgi:group:room", "9999999999", "aaa", "9999999999", "no name at all", "9999999999", "\u{7f}"]).await;
    let receipt = sender.group_send(&group("room"), &numbered(1)).await.unwrap();
    assert_eq!((receipt.reached, receipt.dropped), (1, 1));
    assert_eq!(number(&mut receiver).await, 1);
    assert!(unavailable(sender.send(&channel("aaa"), &numbered(2)).await).contains("WRONGTYPE"));
}

#[tokio::test]
async fn removes_a_killed_process_but_not_a_live_one() {
    let redis = Redis::start().await;
    let clock = ManualClock::new();
    let config = LayerConfig::default().with(|config| config.clock = clock.clock());
    let (sender, reader) = (Dialect::Core.layer(&at(&redis.url()), config), Dialect::Core.connect(&at(&redis.url())).await);
    crate::fleet::up(&sender).await;
    let mut receiver = member(&reader, "room").await;
    redis.cli(&["ZADD", "asgi:group:room", "9999999999", "specific.0123456789abcdef0123456789abcdef!g7"]).await;
    for (n, seconds, reached) in [(1, 0, 2), (2, 1, 2), (3, 29, 2), (4, 1, 2), (5, 0, 1)] {
        clock.advance(Duration::from_secs(seconds));
        assert_eq!(sender.group_send(&group("room"), &numbered(n)).await.unwrap().reached, reached, "{n}");
        assert_eq!(number(&mut receiver).await, n);
    }
}

#[tokio::test]
async fn a_frozen_process_that_was_removed_joins_again() {
    let redis = Redis::start().await;
    let (sender, reader) = (Dialect::Core.connect(&at(&redis.url())).await, Dialect::Core.connect(&at(&redis.url())).await);
    let mut receiver = member(&reader, "room").await;
    let name = redis.cli(&["ZRANGE", "asgi:group:room", "0", "0"]).await;
    redis.cli(&["ZREM", "asgi:group:room", name.trim()]).await;
    let long_ago = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() - 20;
    let key = format!("asgi{}", receiver.name().non_local());
    redis.cli(&["ZADD", &key, &long_ago.to_string(), "twelve bytes and no message"]).await;
    gap(&mut receiver).await;
    eventually_receives(&sender, &mut receiver, "room").await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_expires_no_messages_of_others() {
    let redis = Redis::start().await;
    let right = Dialect::Core.connect(&at(&redis.url())).await;
    let (ahead, jobs) = (ManualClock::new(), channel("jobs"));
    ahead.advance(Duration::from_secs(3_600));
    let layer = Dialect::Core.layer(&at(&redis.url()), roomy().with(|config| config.clock = ahead.clock()));
    crate::fleet::up(&layer).await;
    layer.send(&channel("other"), &numbered(0)).await.unwrap();
    ahead.set_back(Duration::from_secs(3_600));
    right.send(&jobs, &numbered(1)).await.unwrap();
    layer.send(&jobs, &numbered(2)).await.unwrap();
    assert_eq!(redis.cli(&["ZCARD", "asgijobs"]).await.trim(), "2", "the message of the other process is still there");
}

#[tokio::test]
async fn a_refused_group_does_not_affect_others() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    let (bad, other) = (group("bad"), group("other"));
    redis.cli(&["SET", "asgi:group:bad", "a text where members should be"]).await;
    for _ in 0..2 {
        let joins = (layer.group_add(&bad, receiver.name()), layer.group_add(&other, receiver.name()));
        let (refused, joined) = tokio::join!(joins.0, joins.1);
        assert!(unavailable(refused).contains("WRONGTYPE"));
        joined.unwrap();
    }
    layer.group_discard(&group("room"), receiver.name()).await.unwrap();
    eventually_receives(&layer, &mut receiver, "other").await;
    redis.cli(&["SET", "asgi:group:other", "another"]).await;
    layer.group_discard(&other, receiver.name()).await.unwrap();
    layer.flush().await.unwrap();
    assert!(layer.status().is_up());
    redis.cli(&["DEL", "asgi:group:bad", "asgi:group:other"]).await;
    for room in ["bad", "other"] {
        layer.group_add(&group(room), receiver.name()).await.unwrap();
        eventually_receives(&layer, &mut receiver, room).await;
    }
}

#[tokio::test]
async fn retries_only_the_refused_membership() {
    const ROOMS: u64 = 300;
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    for n in 1..ROOMS {
        layer.group_add(&group(&format!("room.{n}")), receiver.name()).await.unwrap();
    }
    redis.cli(&["SET", "asgi:group:room", "a text where members should be"]).await;
    redis.cli(&["CONFIG", "RESETSTAT"]).await;
    for id in ids_of(&redis, "catamaran.reader").await {
        redis.cli(&["CLIENT", "KILL", "ID", &id]).await; // then the layer checks all memberships
    }
    gap(&mut receiver).await;
    eventually(PATIENCE, async || (refusals(&redis).await >= 3).then_some(())).await;
    let commands = redis.commands().await;
    assert!(commands["zscore"] >= ROOMS && commands["zadd"] < 10, "{commands:?}");
    redis.cli(&["DEL", "asgi:group:room"]).await;
    gap(&mut receiver).await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

async fn refusals(redis: &Redis) -> u64 {
    let counted = redis.info("errorstat_WRONGTYPE").await;
    counted.and_then(|count| count.strip_prefix("count=")?.parse().ok()).unwrap_or(0)
}
