//! A Catamaran process with its sockets.

use std::{sync::Arc, time::Duration};

use catamaran::{Address, ChannelLayer, ChannelOptions, GroupName, Incoming, LayerConfig, Message, Receiver};
use catamaran_redis::{RedisCoreLayer, RedisHosts, RedisPubSubLayer, Wire};
use serde_json::{Value, json};
use testbed::{Dialect, Redis, eventually};

const PATIENCE: Duration = Duration::from_secs(60);
const WORKERS: usize = 2;

pub(crate) fn room() -> GroupName {
    GroupName::parse("room").unwrap()
}

pub(crate) fn event() -> Value {
    json!({ "type": "room.message", "text": "hello" })
}

pub(crate) async fn ours(dialect: Dialect, redis: &Redis) -> Arc<dyn ChannelLayer> {
    let hosts = RedisHosts::new(&[&redis.url()], false).unwrap();
    let layer: Arc<dyn ChannelLayer> = match dialect {
        Dialect::Core => Arc::new(RedisCoreLayer::connect(hosts, &Wire::default(), LayerConfig::default())),
        Dialect::PubSub => Arc::new(RedisPubSubLayer::connect(hosts, &Wire::default(), LayerConfig::default())),
    };
    eventually(PATIENCE, async || layer.status().is_up().then_some(())).await;
    // Loads the script into Redis.
    layer.send(layer.new_channel(ChannelOptions::default()).name(), &Message::new(&event()).unwrap()).await.unwrap();
    layer
}

/// A Catamaran process: its workers' receivers, and the address of each socket.
pub(crate) struct Process {
    pub(crate) layer: Arc<dyn ChannelLayer>,
    pub(crate) receivers: Vec<Receiver>,
    _addresses: Vec<Address>,
}

impl Process {
    /// Like a server: a receiver for each worker thread, an address for each socket. The worker joins the group.
    pub(crate) async fn with_sockets(layer: Arc<dyn ChannelLayer>, sockets: usize) -> Self {
        let receivers: Vec<_> = (0..WORKERS.min(sockets)).map(|_| layer.new_channel(ChannelOptions::default())).collect();
        let mut addresses = Vec::new();
        for (_, worker) in (0..sockets).zip(receivers.iter().cycle()) {
            addresses.push(worker.address());
            layer.group_add(&room(), worker.name()).await.unwrap();
        }
        Self { layer, receivers, _addresses: addresses }
    }

    /// One receiver for each socket.
    pub(crate) async fn with_receivers(layer: Arc<dyn ChannelLayer>, sockets: usize) -> Self {
        let mut receivers = Vec::new();
        for _ in 0..sockets {
            let receiver = layer.new_channel(ChannelOptions::default());
            layer.group_add(&room(), receiver.name()).await.unwrap();
            receivers.push(receiver);
        }
        Self { layer, receivers, _addresses: Vec::new() }
    }

    pub(crate) async fn group_send(&self) {
        self.layer.group_send(&room(), &Message::new(&event()).unwrap()).await.unwrap();
    }

    /// Asserts that each receiver gets exactly one message.
    pub(crate) async fn assert_each_received_one(&mut self) {
        for receiver in &mut self.receivers {
            let incoming = tokio::time::timeout(PATIENCE, receiver.recv()).await.expect("it arrives");
            assert!(matches!(incoming, Incoming::Delivery(_)), "{incoming:?}");
            assert!(receiver.try_recv().is_none(), "once");
        }
    }
}
