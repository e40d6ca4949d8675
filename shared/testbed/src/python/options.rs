//! The layer of a Python peer.

use serde_json::{Map, Value, json};

/// The two layers of `channels_redis`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// `channels_redis.core.RedisChannelLayer`.
    #[default]
    Core,
    /// `channels_redis.pubsub.RedisPubSubChannelLayer`.
    PubSub,
}

/// One entry of `hosts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A server by its URL, from `Redis::url`.
    Url(String),
    /// The master that sentinels know.
    Sentinel {
        /// The ports of the sentinels on this machine.
        ports: Vec<u16>,
        /// The master's name in the sentinels' configuration.
        master_name: String,
        /// The servers' password.
        password: Option<String>,
    },
}

impl From<String> for Host {
    fn from(url: String) -> Self {
        Self::Url(url)
    }
}

impl Host {
    fn to_json(&self) -> Value {
        match self {
            // redis-py 8 closes a connection that is silent for 5 s, which is as long as channels_redis waits.
            Self::Url(url) => json!({ "address": url, "socket_timeout": null }),
            Self::Sentinel { ports, master_name, password } => {
                let sentinels: Vec<_> = ports.iter().map(|port| ("127.0.0.1", port)).collect();
                let mut host = json!({ "sentinels": sentinels, "master_name": master_name, "socket_timeout": null });
                if let Some(password) = password {
                    host["password"] = json!(password);
                }
                host
            }
        }
    }
}

/// The layer of a `PythonPeer`. `None` and empty values mean the defaults of `channels_redis`. The pubsub layer ignores capacities and
/// expiries.
#[derive(Debug, Clone, Default)]
pub struct PeerOptions {
    /// The layer.
    pub dialect: Dialect,
    /// The servers, in the order of sharding.
    pub hosts: Vec<Host>,
    /// The prefix of all keys.
    pub prefix: Option<String>,
    /// The number of unread messages in a channel's key.
    pub capacity: Option<u32>,
    /// Seconds after which an unread message expires.
    pub expiry: Option<u32>,
    /// Seconds after which a membership expires.
    pub group_expiry: Option<u32>,
    /// Patterns of channel names (`http.request*`) and their capacities. The first match counts.
    pub channel_capacity: Vec<(String, u32)>,
    /// Secrets for Fernet: the first encrypts, each can decrypt.
    pub keys: Vec<String>,
    /// `msgpack` or `json`.
    pub serializer: Option<String>,
}

impl PeerOptions {
    /// Options with the defaults of `channels_redis`.
    pub fn new<H: Into<Host>>(dialect: Dialect, hosts: impl IntoIterator<Item = H>) -> Self {
        Self { dialect, hosts: hosts.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The peer's first line.
    pub(super) fn to_json(&self) -> Value {
        let hosts: Vec<_> = self.hosts.iter().map(Host::to_json).collect();
        let chosen = [
            ("prefix", self.prefix.as_ref().map(|prefix| json!(prefix))),
            ("capacity", self.capacity.map(Value::from)),
            ("expiry", self.expiry.map(Value::from)),
            ("group_expiry", self.group_expiry.map(Value::from)),
            ("channel_capacity", (!self.channel_capacity.is_empty()).then(|| json!(self.channel_capacity))),
            ("symmetric_encryption_keys", (!self.keys.is_empty()).then(|| json!(self.keys))),
            ("serializer_format", self.serializer.as_ref().map(|format| json!(format))),
        ];
        let mut settings: Map<String, Value> =
            chosen.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        settings.insert("hosts".to_owned(), hosts.into());
        let dialect = match self.dialect {
            Dialect::Core => "core",
            Dialect::PubSub => "pubsub",
        };
        json!({ "dialect": dialect, "settings": settings })
    }
}
