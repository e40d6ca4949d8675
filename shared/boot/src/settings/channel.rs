//! The settings of the channel layer.

use std::time::Duration;

use catamaran::LayerConfig;
#[cfg(feature = "redis")]
use catamaran_redis::{AddressError, EncryptionKeys, RedisHosts, SerializerFormat, Wire};

#[cfg(feature = "redis")]
use super::redis::RedisPlaces;
use super::{
    SettingsErrors,
    reader::{Parsed, Reader, read_env},
};
use crate::{Program, Role};

/// The layers for tools: those that processes share.
const TOOL: Program = Program::new("channels", env!("CARGO_PKG_VERSION"), Role::Pages);

/// The layers that this program can open.
#[cfg(feature = "redis")]
const LAYERS: &str = "redis-pubsub, redis-core, redis-cluster or memory";
#[cfg(not(feature = "redis"))]
const LAYERS: &str = "memory: this program is built without the feature redis of catamaran-boot";

/// The hint to use a layer that processes share.
#[cfg(feature = "redis")]
const SHARED_LAYER: &str = "redis-pubsub";
#[cfg(not(feature = "redis"))]
const SHARED_LAYER: &str = "redis-pubsub, once this program is built with the feature redis of catamaran-boot";

/// `CHANNEL_LAYER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Exhaustive: a program that opens layers must not miss a kind.
pub enum LayerKind {
    /// Redis publish and subscribe, shared by all processes: `channels_redis.pubsub`.
    #[cfg(feature = "redis")]
    RedisPubSub,
    /// Redis sorted sets, shared by all processes and with Django's default: `channels_redis.core`.
    #[cfg(feature = "redis")]
    RedisCore,
    /// Redis Cluster's sharded publish and subscribe, shared by processes of this project.
    #[cfg(feature = "redis")]
    RedisCluster,
    /// In the memory of this one process.
    Memory,
}

/// The channel layer's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelSettings {
    /// `CHANNEL_LAYER`: `redis-pubsub` (default of the two servers), `redis-core`, `redis-cluster` or `memory` (default of runserver).
    pub layer: LayerKind,
    /// `REDIS_URL` and those that say more about it: `redis://`, `rediss://`, `redis+unix://` or `unix://`, several with commas; default
    /// `redis://localhost:6379`.
    #[cfg(feature = "redis")]
    pub redis: RedisPlaces,
    /// `CHANNEL_PREFIX`: the first part of every key in Redis; default `asgi`.
    pub prefix: String,
    /// `CHANNEL_CAPACITY`: how many messages may wait unread in a channel; default 100.
    pub capacity: usize,
    /// `CHANNEL_CAPACITIES`: other capacities, a comma list of `PATTERN=NUMBER`; the first that fits a channel's name wins.
    pub capacities: Vec<(String, usize)>,
    /// `CHANNEL_EXPIRY`: seconds after which a message is not delivered any more; default 60.
    pub expiry: Duration,
    /// `CHANNEL_GROUP_EXPIRY`: seconds after which a membership ends that was not renewed; default 86400.
    pub group_expiry: Duration,
    /// `CHANNEL_SERIALIZER` (`msgpack`, the default, or `json`) and `CHANNEL_LAYER_KEYS` (comma list of secrets: the first encrypts, any
    /// decrypts).
    #[cfg(feature = "redis")]
    pub wire: Wire,
}

impl ChannelSettings {
    /// Reads only what concerns the layer, from this process's real environment: for tools that are no servers.
    ///
    /// # Errors
    /// Every fault at once, each with the variable, what was found and what is expected.
    pub fn from_env() -> Result<Self, SettingsErrors> {
        read_env(|reader| Self::read(reader, TOOL, true))
    }

    pub(super) fn read(reader: &mut Reader<'_>, program: Program, alone: bool) -> Self {
        let read = reader.parse("CHANNEL_LAYER", parse_kind);
        let is_refused = read.is_none() && !reader.is_unset("CHANNEL_LAYER");
        let layer = read.unwrap_or(program.default_layer());
        if layer == LayerKind::Memory && program.is_half() && !alone && !is_refused {
            reader.fault(
                "CHANNEL_LAYER",
                "\"memory\", which no other process hears",
                format!("{SHARED_LAYER}; or --alone, where {} has that flag, if nothing else runs", program.name),
            );
        }
        let defaults = LayerConfig::default();
        let settings = Self {
            layer,
            #[cfg(feature = "redis")]
            redis: RedisPlaces::read(reader),
            prefix: reader.parse("CHANNEL_PREFIX", parse_prefix).unwrap_or(defaults.prefix),
            capacity: reader.parse("CHANNEL_CAPACITY", parse_capacity).unwrap_or(defaults.capacity),
            capacities: reader.parse_list("CHANNEL_CAPACITIES", parse_pattern).unwrap_or_default(),
            expiry: reader.parse("CHANNEL_EXPIRY", parse_seconds).unwrap_or(defaults.expiry),
            group_expiry: reader.parse("CHANNEL_GROUP_EXPIRY", parse_seconds).unwrap_or(defaults.group_expiry),
            #[cfg(feature = "redis")]
            wire: Wire::default()
                .with_format(reader.parse("CHANNEL_SERIALIZER", parse_format).unwrap_or_default())
                .with_keys(reader.parse_secret("CHANNEL_LAYER_KEYS", parse_keys).unwrap_or_default()),
        };
        #[cfg(feature = "redis")]
        settings.check_cluster(reader);
        settings
    }

    /// A Cluster has neither Unix sockets nor Sentinels.
    #[cfg(feature = "redis")]
    fn check_cluster(&self, reader: &mut Reader<'_>) {
        if self.layer == LayerKind::RedisCluster && self.redis.cluster().is_err() {
            reader.fault("REDIS_URL", "a Unix socket", "host and port of a node, since CHANNEL_LAYER is redis-cluster");
        }
        if self.layer == LayerKind::RedisCluster && !self.redis.masters.is_empty() {
            reader.fault(
                "REDIS_SENTINEL_MASTER",
                "set",
                "nothing, since CHANNEL_LAYER is redis-cluster: a Cluster has no Sentinels",
            );
        }
    }

    /// The places of Redis as this layer uses them: nodes of a Cluster for redis-cluster, otherwise hosts or masters behind Sentinels.
    ///
    /// # Errors
    /// [`AddressError`]: Sentinels or nodes on Unix sockets.
    #[cfg(feature = "redis")]
    pub fn hosts(&self) -> Result<RedisHosts, AddressError> {
        if self.layer == LayerKind::RedisCluster { self.redis.cluster() } else { self.redis.hosts() }
    }

    /// The same for a layer.
    pub fn config(&self) -> LayerConfig {
        LayerConfig::default().with(|config| {
            config.prefix = self.prefix.clone();
            config.capacity = self.capacity;
            config.channel_capacity = self.capacities.clone();
            config.expiry = self.expiry;
            config.group_expiry = self.group_expiry;
        })
    }
}

fn parse_kind(text: &str) -> Parsed<LayerKind> {
    match text {
        #[cfg(feature = "redis")]
        "redis-pubsub" => Ok(LayerKind::RedisPubSub),
        #[cfg(feature = "redis")]
        "redis-core" => Ok(LayerKind::RedisCore),
        #[cfg(feature = "redis")]
        "redis-cluster" => Ok(LayerKind::RedisCluster),
        "memory" => Ok(LayerKind::Memory),
        _ => Err(LAYERS.to_owned()),
    }
}

/// The characters of a channel's name, and few enough to leave room for the rest of it.
fn parse_prefix(text: &str) -> Parsed<String> {
    let sound = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if sound && text.len() <= 50 { Ok(text.to_owned()) } else { Err("at most 50 letters, digits, '-', '_' and '.'".to_owned()) }
}

fn parse_capacity(text: &str) -> Parsed<usize> {
    match text.parse() {
        Ok(capacity @ 1..=1_000_000) => Ok(capacity),
        _ => Err("a number of messages from 1 to 1000000".to_owned()),
    }
}

fn parse_pattern(text: &str) -> Parsed<(String, usize)> {
    let parts = text.split_once('=').map(|(pattern, number)| (pattern.trim(), parse_capacity(number.trim())));
    match parts {
        Some((pattern, Ok(capacity))) if !pattern.is_empty() && !pattern.contains('[') => Ok((pattern.to_owned(), capacity)),
        _ => Err("PATTERN=NUMBER, for example thumbnails.*=20; a pattern has * and ?, no [abc]".to_owned()),
    }
}

fn parse_seconds(text: &str) -> Parsed<Duration> {
    match text.parse() {
        Ok(seconds @ 1..=31_536_000) => Ok(Duration::from_secs(seconds)),
        _ => Err("whole seconds, from 1 to 31536000".to_owned()),
    }
}

#[cfg(feature = "redis")]
fn parse_format(text: &str) -> Parsed<SerializerFormat> {
    text.parse().map_err(|_| "msgpack or json".to_owned())
}

#[cfg(feature = "redis")]
fn parse_keys(text: &str) -> Parsed<EncryptionKeys> {
    Ok(EncryptionKeys::new(text.split(',').map(str::trim).filter(|key| !key.is_empty())))
}
