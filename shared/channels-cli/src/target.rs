//! Which layer the tool looks at.

use catamaran_boot::settings::{ChannelSettings, LayerKind, SettingFault, SettingsErrors};
use catamaran_redis::{AddressError, inspect::Inspector};
use clap::ValueEnum;

/// A layer that other processes hear.
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

/// The layer that is set.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Target {
    /// Which layer.
    pub layer: Layer,
    /// Everything that the environment says about it; its `layer` is the same.
    pub settings: ChannelSettings,
}

impl Target {
    /// Reads the environment; `layer` wins over `CHANNEL_LAYER`.
    ///
    /// # Errors
    /// Every wrong variable; and a layer in memory, which no other process hears.
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

    /// What looks at the Redis of this layer.
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
        "\"memory\", which no process hears but the one that has it",
        "redis-pubsub, redis-core or redis-cluster, the one that the servers have; or give --layer",
    )])
}

fn sentinels() -> SettingsErrors {
    SettingsErrors(vec![SettingFault::new(
        "REDIS_SENTINEL_MASTER",
        "set",
        "nothing with --layer redis-cluster: a Cluster has no Sentinels",
    )])
}
