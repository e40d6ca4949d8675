//! The cost of a process during faults and when idle: no busy loop, no growth.

use std::time::Duration;

use catamaran::ChannelOptions;
use futures_util::FutureExt as _;
use testbed::{Redis, RedisOptions};

use crate::{
    both_dialects,
    fleet::{Dialect, Layer, at, channel, down, down_because, eventually_receives, gap, group, ids_of, member, roomy, up},
};

/// The time to measure.
const WINDOW: Duration = Duration::from_secs(3);

both_dialects!(
    costs_little_when_idle,
    costs_little_without_redis,
    costs_little_with_a_wrong_password,
    costs_little_on_a_replica,
    costs_little_without_memory,
    cancelled_calls_leave_nothing_behind,
    a_pending_receive_fails_when_the_layer_is_dropped,
    uses_two_connections_for_any_number_of_channels_and_groups,
);

/// The cost in one window.
#[derive(Debug)]
struct Cost {
    commands: u64,
    connections: u64,
    /// Of this thread, which runs all tasks of the test.
    processor: Duration,
}

impl Cost {
    async fn of_waiting(redis: &Redis) -> Self {
        let before = (commands(redis).await, connections(redis).await, processor());
        // This does not wait for an event: it measures that little happens.
        tokio::time::sleep(WINDOW).await;
        let processor = processor() - before.2;
        let (connections, commands) = (connections(redis).await - before.1, commands(redis).await - before.0);
        Self { commands, connections, processor }
    }

    fn is_at_most(&self, what: &str, dialect: Dialect, commands: u64, connections: u64) {
        eprintln!("| {what} | {dialect:?} | in {WINDOW:?}: {self:?} |");
        assert!(self.commands <= commands && self.connections <= connections && self.processor < WINDOW / 10, "{self:?}");
    }
}

/// The commands of all clients, including our own queries.
async fn commands(redis: &Redis) -> u64 {
    redis.info("total_commands_processed").await.unwrap().parse().unwrap()
}

async fn connections(redis: &Redis) -> u64 {
    redis.info("total_connections_received").await.unwrap().parse().unwrap()
}

/// The time for which this thread has run.
fn processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

/// One connection checks every 15 s, the other one every minute. So nearly all counted commands are our own queries.
async fn costs_little_when_idle(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.connect(&at_defaults(&redis)).await;
    let _receiver = member(&layer, "room").await;
    Cost::of_waiting(&redis).await.is_at_most("idle, at the defaults", dialect, 6, 4);
}

fn at_defaults(redis: &Redis) -> catamaran_redis::RedisHosts {
    catamaran_redis::RedisHosts::new(&[&redis.url()], false).unwrap()
}

async fn costs_little_without_redis(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    let pending = layer.receive(&channel("jobs"));
    redis.kill9();
    down(&layer).await;
    let before = processor();
    tokio::time::sleep(WINDOW).await;
    let used = processor() - before;
    eprintln!("| Redis is gone | {dialect:?} | in {WINDOW:?}: {used:?} of processor |");
    assert!(used < WINDOW / 10, "{used:?}");
    redis.restart().await;
    gap(&mut receiver).await;
    eventually_receives(&layer, &mut receiver, "room").await;
    drop(pending);
}

async fn costs_little_with_a_wrong_password(dialect: Dialect) {
    let redis = Redis::start_with(RedisOptions { password: Some("right".into()), ..RedisOptions::default() }).await;
    let layer = dialect.layer(&at(&redis.url().replace("right", "wrong")), roomy());
    down_because(&layer, "assword").await;
    Cost::of_waiting(&redis).await.is_at_most("a wrong password", dialect, 120, 50);
}

async fn costs_little_on_a_replica(dialect: Dialect) {
    let redis = Redis::start().await;
    let replica = redis.replica().await;
    let layer = dialect.layer(&at(&replica.url()), roomy());
    down_because(&layer, "read-only replica").await;
    Cost::of_waiting(&replica).await.is_at_most("a replica", dialect, 300, 50);
}

/// Joins are refused, and retried each second.
async fn costs_little_without_memory(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.cli(&["CONFIG", "SET", "maxmemory", "1mb"]).await;
    let joined = layer.group_add(&group("other"), receiver.name()).await;
    assert_eq!(joined.is_ok(), dialect == Dialect::PubSub, "{joined:?}");
    Cost::of_waiting(&redis).await.is_at_most("no memory", dialect, 150, 4);
    redis.cli(&["CONFIG", "SET", "maxmemory", "0"]).await;
    eventually_receives(&layer, &mut receiver, "room").await;
}

/// Cancels ten thousand calls of each kind in an outage. Afterwards Redis knows only the wanted group.
async fn cancelled_calls_leave_nothing_behind(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.connect(&at(&redis.url())).await;
    let mut receiver = member(&layer, "room").await;
    redis.kill9();
    down(&layer).await;
    for n in 0..10_000 {
        let room = group(&format!("room.{}", n % 100));
        assert!(layer.group_add(&room, receiver.name()).now_or_never().is_none());
        assert!(layer.group_discard(&room, receiver.name()).now_or_never().is_none());
        assert!(layer.receive(&channel("jobs")).now_or_never().is_none());
    }
    redis.restart().await;
    gap(&mut receiver).await;
    eventually_receives(&layer, &mut receiver, "room").await;
    assert_eq!(groups_in(&redis, dialect).await, ["room"]);
    takes(&layer, "jobs").await;
}

async fn a_pending_receive_fails_when_the_layer_is_dropped(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.connect(&at(&redis.url())).await;
    let mut pending = layer.receive(&channel("jobs"));
    assert!((&mut pending).now_or_never().is_none());
    let not_begun = layer.receive(&channel("jobs"));
    drop(layer);
    for pending in [pending, not_begun] {
        let outcome = tokio::time::timeout(crate::fleet::PATIENCE, pending).await.expect("an answer comes");
        assert!(crate::fleet::unavailable(outcome).contains("closed"));
    }
}

async fn groups_in(redis: &Redis, dialect: Dialect) -> Vec<String> {
    let names = match dialect {
        Dialect::Core => redis.keys("asgi:group:*").await,
        Dialect::PubSub => redis.cli(&["PUBSUB", "CHANNELS", "asgi__group__*"]).await.lines().map(str::to_owned).collect(),
    };
    names.iter().filter(|name| !name.is_empty()).map(|name| name.rsplit([':', '_']).next().unwrap().to_owned()).collect()
}

/// Asserts that a message in a general channel reaches its reader.
async fn takes(layer: &Layer, name: &str) {
    let pending = layer.receive(&channel(name));
    layer.group_discard(&group("x"), layer.new_channel(ChannelOptions::default()).name()).await.unwrap();
    layer.send(&channel(name), &crate::fleet::numbered(1)).await.unwrap();
    tokio::time::timeout(crate::fleet::PATIENCE, pending).await.unwrap().unwrap();
}

async fn uses_two_connections_for_any_number_of_channels_and_groups(dialect: Dialect) {
    let redis = Redis::start().await;
    let layer = dialect.connect(&at(&redis.url())).await;
    let mut members = Vec::new();
    for n in 0..1_000 {
        members.push(member(&layer, &format!("room.{}", n % 300)).await);
    }
    let pending: Vec<_> = (0..100).map(|n| layer.receive(&channel(&format!("jobs.{n}")))).collect();
    takes(&layer, "jobs").await;
    assert_eq!(ids_of(&redis, "catamaran.").await.len(), 2);
    drop((members, pending));
    up(&layer).await;
}
