//! The layer that the tool uses.

use catamaran_boot::settings::{ChannelSettings, LayerKind, SettingFault, SettingsErrors};
use catamaran_redis::{AddressError, inspect::Inspector};
use clap::ValueEnum;

/// A layer that connects processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Layer {
    /// Publish and subscribe, as Django's RedisPubSubChannelLayer
    #[value(name = "redis-pubsub")]
    PubSub,
    /// Sorted sets, as Django's RedisChannelLayer
    #[value(name = "redis-core")]
    Core,
    /// Sharded publish and subscribe in a Redis Cluster
    #[value(name = "redis-cluster")]
    Cluster,
}

impl Layer {
    /// Its name in `CHANNEL_LAYER`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PubSub => "redis-pubsub",
            Self::Core => "redis-core",
            Self::Cluster => "redis-cluster",
        }
    }
}

/// The configured layer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Target {
    /// The kind of the layer.
    pub layer: Layer,
    /// All settings of the layer. Their `layer` is the same.
    pub settings: ChannelSettings,
}

impl Target {
    /// Reads the environment; `layer` overrides `CHANNEL_LAYER`.
    ///
    /// # Errors
    /// Every wrong variable, and a layer in memory, which connects no processes.
    pub fn from_env(layer: Option<Layer>) -> Result<Self, SettingsErrors> {
        Self::new(ChannelSettings::from_env()?, layer)
    }

    /// As [`Target::from_env`], with settings that were read before.
    ///
    /// # Errors
    /// As [`Target::from_env`].
    pub fn new(mut settings: ChannelSettings, layer: Option<Layer>) -> Result<Self, SettingsErrors> {
        let layer = match (layer, settings.layer) {
            (Some(layer), _) => layer,
            (None, LayerKind::RedisPubSub) => Layer::PubSub,
            (None, LayerKind::RedisCore) => Layer::Core,
            (None, LayerKind::RedisCluster) => Layer::Cluster,
            (None, LayerKind::Memory) => return Err(memory()),
        };
        settings.layer = match layer {
            Layer::PubSub => LayerKind::RedisPubSub,
            Layer::Core => LayerKind::RedisCore,
            Layer::Cluster => LayerKind::RedisCluster,
        };
        if layer == Layer::Cluster && !settings.redis.masters.is_empty() {
            return Err(sentinels());
        }
        Ok(Self { layer, settings })
    }

    /// Returns an inspector for the Redis of this layer.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn inspector(&self) -> Result<Inspector, AddressError> {
        let hosts = match self.layer {
            Layer::Cluster => self.settings.redis.cluster()?,
            Layer::PubSub | Layer::Core => self.settings.redis.hosts()?,
        };
        Ok(Inspector::new(hosts, &self.settings.prefix))
    }
}

fn memory() -> SettingsErrors {
    SettingsErrors(vec![SettingFault::new(
        "CHANNEL_LAYER",
        "\"memory\", which stays within one process",
        "redis-pubsub, redis-core or redis-cluster, as the servers have it; or give --layer",
    )])
}

fn sentinels() -> SettingsErrors {
    SettingsErrors(vec![SettingFault::new(
        "REDIS_SENTINEL_MASTER",
        "set",
        "nothing with --layer redis-cluster: a Cluster has no Sentinels",
    )])
}
