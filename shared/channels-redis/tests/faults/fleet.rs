//! Two Catamaran processes on one Redis, in either dialect.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use catamaran::{
    ChannelLayer, ChannelName, ChannelOptions, GapReason, GroupName, Incoming, LayerConfig, LayerError, LayerStatus, Message,
    Receiver,
};
use catamaran_redis::{RedisCoreLayer, RedisHosts, RedisPubSubLayer, Wire};
use serde_json::{Value, json};
use testbed::{Redis, eventually};

/// Longer than any expected event takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) type Layer = Arc<dyn ChannelLayer>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Core,
    PubSub,
}

impl Dialect {
    /// Starts a process on these hosts, which may be unavailable.
    pub(crate) fn layer(self, hosts: &RedisHosts, config: LayerConfig) -> Layer {
        match self {
            Self::Core => Arc::new(RedisCoreLayer::connect(hosts.clone(), &Wire::default(), config)),
            Self::PubSub => Arc::new(RedisPubSubLayer::connect(hosts.clone(), &Wire::default(), config)),
        }
    }

    /// Starts a process on these hosts and waits until it is connected.
    pub(crate) async fn connect(self, hosts: &RedisHosts) -> Layer {
        let layer = self.layer(hosts, roomy());
        up(&layer).await;
        layer
    }
}

/// A capacity that no test exceeds.
pub(crate) fn roomy() -> LayerConfig {
    LayerConfig::default().with(|config| config.capacity = 100_000)
}

/// The Redis at `url`.
pub(crate) fn at(url: &str) -> RedisHosts {
    quick(RedisHosts::new(&[url], false).unwrap())
}

/// Sets shorter times than the defaults, to save time. The README's figures need the defaults:
/// `FAULTS_AT_DEFAULTS=1 cargo test -p catamaran-redis --test faults -- --nocapture --test-threads 1`.
pub(crate) fn quick(mut hosts: RedisHosts) -> RedisHosts {
    if std::env::var_os("FAULTS_AT_DEFAULTS").is_none() {
        for host in hosts.each() {
            host.ping_interval = Duration::from_millis(200);
            host.idle_interval = Duration::from_millis(400);
            host.response_timeout = Duration::from_millis(600);
            host.max_backoff = Duration::from_millis(500);
        }
    }
    hosts
}

pub(crate) fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

pub(crate) fn channel(name: &str) -> ChannelName {
    ChannelName::parse(name).unwrap()
}

pub(crate) fn numbered(n: u64) -> Message {
    Message::new(&json!({ "type": "test.number", "n": n })).unwrap()
}

pub(crate) fn number_of(message: &Message) -> u64 {
    message.event::<Value>().unwrap()["n"].as_u64().unwrap()
}

pub(crate) async fn member(layer: &Layer, of: &str) -> Receiver {
    let receiver = layer.new_channel(ChannelOptions::default().with_capacity(100_000));
    layer.group_add(&group(of), receiver.name()).await.unwrap();
    receiver
}

pub(crate) async fn up(layer: &Layer) {
    let is_up = eventually(2 * PATIENCE, async || layer.status().is_up().then_some(()));
    tokio::time::timeout(PATIENCE, is_up).await.unwrap_or_else(|_| panic!("{:?}", layer.status()));
}

/// Waits until the layer is down. Returns the reason.
pub(crate) async fn down(layer: &Layer) -> String {
    down_because(layer, "").await
}

/// Waits until the layer is down for a reason that contains `word`. Returns the reason.
pub(crate) async fn down_because(layer: &Layer, word: &str) -> String {
    let is_down = eventually(2 * PATIENCE, async || match layer.status() {
        LayerStatus::Down(why) if why.contains(word) => Some(why),
        _ => None,
    });
    tokio::time::timeout(PATIENCE, is_down).await.unwrap_or_else(|_| panic!("{word:?} is not in {:?}", layer.status()))
}

pub(crate) async fn next(receiver: &mut Receiver) -> Incoming {
    tokio::time::timeout(PATIENCE, receiver.recv()).await.expect("something arrives")
}

/// Returns the next message's number. Skips gaps.
pub(crate) async fn number(receiver: &mut Receiver) -> u64 {
    loop {
        if let Incoming::Delivery(delivery) = next(receiver).await {
            return number_of(&delivery.message);
        }
    }
}

/// Waits for a gap after a lost connection.
pub(crate) async fn gap(receiver: &mut Receiver) {
    while !matches!(next(receiver).await, Incoming::Gap(gap) if gap.reason == GapReason::Disconnected) {}
}

/// Returns the reason of an `Unavailable` error.
pub(crate) fn unavailable<T: std::fmt::Debug>(outcome: Result<T, LayerError>) -> String {
    match outcome {
        Err(LayerError::Unavailable(why)) => why,
        other => panic!("expected LayerError::Unavailable, not {other:?}"),
    }
}

/// Sends in both ways until both messages arrive.
pub(crate) async fn eventually_receives(sender: &Layer, receiver: &mut Receiver, of: &str) {
    let end = Instant::now() + PATIENCE;
    for n in (1_000_000..).step_by(2) {
        let sent = sender.group_send(&group(of), &numbered(n)).await.is_ok_and(|receipt| receipt.reached > 0)
            && sender.send(receiver.name(), &numbered(n + 1)).await.is_ok();
        if sent && arrive(receiver, [n, n + 1]).await {
            return;
        }
        assert!(Instant::now() < end, "messages still do not arrive: {:?}", sender.status());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits for both numbers in any order. Returns `false` if they are lost.
async fn arrive(receiver: &mut Receiver, wanted: [u64; 2]) -> bool {
    let mut missing = BTreeSet::from(wanted);
    let all = async {
        while !missing.is_empty() {
            if let Incoming::Delivery(delivery) = receiver.recv().await {
                missing.remove(&number_of(&delivery.message));
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), all).await.is_ok()
}

/// Returns the ids of the connections whose name begins with `name`.
pub(crate) async fn ids_of(redis: &Redis, name: &str) -> Vec<String> {
    let list = redis.cli(&["CLIENT", "LIST"]).await;
    let named = list.lines().filter(|line| line.contains(&format!(" name={name}")));
    named.filter_map(|line| Some(line.strip_prefix("id=")?.split(' ').next()?.to_owned())).collect()
}
