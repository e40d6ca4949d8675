//! A fleet: Catamaran processes and a Python process on the same Redis.

use std::{sync::Arc, time::Duration};

use catamaran::{ChannelLayer, ChannelName, ChannelOptions, Delivery, GroupName, Incoming, LayerConfig, Message, Receiver};
use catamaran_redis::{EncryptionKeys, RedisCoreLayer, RedisHosts, RedisPubSubLayer, SerializerFormat, Wire};
use serde_json::{Value, json};
use testbed::{Dialect, PeerOptions, PythonPeer, Redis, eventually};

/// Longer than any expected event takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// A capacity that no test exceeds, except the tests of the capacity.
const ROOMY: u32 = 1_000;

pub(crate) type Layer = Arc<dyn ChannelLayer>;

/// The settings of the whole fleet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) dialect: Dialect,
    pub(crate) hosts: usize,
    pub(crate) keys: &'static [&'static str],
    pub(crate) format: SerializerFormat,
}

impl Setup {
    pub(crate) const fn core() -> Self {
        Self { dialect: Dialect::Core, hosts: 1, keys: &[], format: SerializerFormat::MsgPack }
    }

    pub(crate) const fn pubsub() -> Self {
        Self { dialect: Dialect::PubSub, ..Self::core() }
    }

    pub(crate) const fn two_hosts(self) -> Self {
        Self { hosts: 2, ..self }
    }

    pub(crate) const fn keys(self, keys: &'static [&'static str]) -> Self {
        Self { keys, ..self }
    }

    pub(crate) const fn json(self) -> Self {
        Self { format: SerializerFormat::Json, ..self }
    }

    pub(crate) async fn redis(self) -> Vec<Redis> {
        let mut servers = Vec::new();
        for _ in 0..self.hosts {
            servers.push(Redis::start().await);
        }
        servers
    }

    /// Starts a Python process on these servers.
    pub(crate) async fn python(self, redis: &[Redis]) -> PythonPeer {
        PythonPeer::start(self.options(redis)).await
    }

    pub(crate) fn options(self, redis: &[Redis]) -> PeerOptions {
        PeerOptions {
            capacity: Some(ROOMY),
            keys: self.keys.iter().map(|key| (*key).to_owned()).collect(),
            serializer: Some(self.format.to_string()),
            ..PeerOptions::new(self.dialect, redis.iter().map(|server| patient(&server.url())))
        }
    }

    /// Starts a Catamaran process on these servers and waits until it is connected.
    pub(crate) async fn ours(self, redis: &[Redis]) -> Layer {
        self.ours_with(redis, roomy()).await
    }

    pub(crate) async fn ours_with(self, redis: &[Redis], config: LayerConfig) -> Layer {
        let urls: Vec<_> = redis.iter().map(Redis::url).collect();
        self.ours_at(&urls, config).await
    }

    pub(crate) async fn ours_at(self, urls: &[String], config: LayerConfig) -> Layer {
        let urls: Vec<_> = urls.iter().map(String::as_str).collect();
        let hosts = RedisHosts::new(&urls, false).unwrap();
        let wire = Wire::default().with_format(self.format).with_keys(EncryptionKeys::new(self.keys));
        let layer: Layer = match self.dialect {
            Dialect::Core => Arc::new(RedisCoreLayer::connect(hosts, &wire, config)),
            Dialect::PubSub => Arc::new(RedisPubSubLayer::connect(hosts, &wire, config)),
        };
        eventually(PATIENCE, async || layer.status().is_up().then_some(())).await;
        layer
    }
}

/// Sets a longer `socket_timeout`. Since redis-py 8 a read ends after 5 s by default, which is as long as `channels_redis` 4.3 waits for a
/// message. So an idle reader gets an exception.
pub(crate) fn patient(url: &str) -> String {
    format!("{url}?socket_timeout=3600")
}

pub(crate) fn roomy() -> LayerConfig {
    LayerConfig::default().with(|config| config.capacity = ROOMY as usize)
}

/// Two Catamaran processes and a Python process.
pub(crate) struct Fleet {
    pub(crate) setup: Setup,
    pub(crate) here: Layer,
    pub(crate) there: Layer,
    pub(crate) python: Arc<PythonPeer>,
    pub(crate) redis: Vec<Redis>,
}

impl Fleet {
    pub(crate) async fn start(setup: Setup) -> Self {
        let redis = setup.redis().await;
        let (here, there, python) = tokio::join!(setup.ours(&redis), setup.ours(&redis), setup.python(&redis));
        Self { setup, here, there, python: Arc::new(python), redis }
    }
}

pub(crate) fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

pub(crate) fn channel(name: &str) -> ChannelName {
    ChannelName::parse(name).unwrap()
}

/// The event of `numbered` as Python sends and gets it.
pub(crate) fn number(n: u64) -> Value {
    json!({ "type": "test.number", "n": n })
}

pub(crate) fn numbered(n: u64) -> Message {
    Message::new(&number(n)).unwrap()
}

pub(crate) fn number_of(message: &Message) -> u64 {
    message.event::<Value>().unwrap()["n"].as_u64().unwrap()
}

pub(crate) async fn member(layer: &Layer, of: &str) -> Receiver {
    let receiver = layer.new_channel(ChannelOptions::default());
    layer.group_add(&group(of), receiver.name()).await.unwrap();
    receiver
}

pub(crate) async fn python_member(python: &PythonPeer, of: &str) -> String {
    let name = python.new_channel().await;
    python.group_add(of, &name).await;
    name
}

pub(crate) async fn incoming(receiver: &mut Receiver) -> Incoming {
    tokio::time::timeout(PATIENCE, receiver.recv()).await.expect("something arrives")
}

pub(crate) async fn delivery(receiver: &mut Receiver) -> Delivery {
    match incoming(receiver).await {
        Incoming::Delivery(delivery) => delivery,
        Incoming::Gap(gap) => panic!("a message was expected, not {gap:?}"),
    }
}

/// Returns the numbers of the next `count` messages.
pub(crate) async fn numbers(receiver: &mut Receiver, count: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        numbers.push(number_of(&delivery(receiver).await.message));
    }
    numbers
}

/// Returns the numbers of the next `count` messages of a Python channel.
pub(crate) async fn python_numbers(python: &PythonPeer, name: &str, count: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        numbers.push(python.receive(name).await["n"].as_u64().unwrap());
    }
    numbers
}

/// Receives the next message of a general channel.
pub(crate) async fn receive_one(layer: &Layer, name: &str) -> u64 {
    let message = tokio::time::timeout(PATIENCE, layer.receive(&channel(name))).await.expect("something arrives");
    number_of(&message.unwrap())
}
