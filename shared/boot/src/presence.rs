//! The one place that names concrete stores of presence.

use std::sync::Arc;

#[cfg(feature = "redis")]
use catamaran_presence::RedisLeases;
use catamaran_presence::{LeaseStore, MemoryLeases};

use crate::settings::{ChannelSettings, LayerKind};

/// Returns the store of presence that matches the layer of these settings: in memory, or in the same Redis, by the same addresses,
/// Sentinels, Cluster, certificates and prefix. It connects at its first use.
///
/// # Errors
/// Sentinels or nodes of a Cluster on Unix sockets.
pub fn lease_store(settings: &ChannelSettings) -> anyhow::Result<Arc<dyn LeaseStore>> {
    Ok(match settings.layer {
        LayerKind::Memory => Arc::new(MemoryLeases::new()),
        #[cfg(feature = "redis")]
        LayerKind::RedisPubSub | LayerKind::RedisCore | LayerKind::RedisCluster => {
            Arc::new(RedisLeases::new(&settings.hosts()?, &settings.prefix))
        }
    })
}
