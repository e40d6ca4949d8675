//! The one place that names concrete channel layers.

use std::sync::Arc;

#[cfg(feature = "redis")]
use anyhow::Context as _;
use catamaran::{ChannelLayer, InMemoryLayer};
#[cfg(feature = "redis")]
use catamaran_redis::{RedisCoreLayer, RedisPubSubLayer};

use crate::settings::{ChannelSettings, LayerKind};

/// Redis publishes over all databases. Only a prefix separates deployments, not the database number of an address.
#[cfg(feature = "redis")]
fn warn_of_database(settings: &ChannelSettings) {
    let database = settings.redis.databases().into_iter().find(|number| *number != 0);
    if let Some(database) = database.filter(|_| settings.prefix == catamaran::LayerConfig::default().prefix) {
        log::warn!(
            "REDIS_URL names database {database}, and publish and subscribe is the same in all databases of a Redis: where another site \
             shares it, set CHANNEL_PREFIX"
        );
    }
}

/// Opens the layer. Redis need not answer yet: the layer connects by itself and logs the outcome. If Redis answers but does not fit the
/// settings, that is an error now: otherwise the server would start and receive nothing.
///
/// # Errors
/// The Redis that answers does not fit the settings. The text names the variable to change.
pub async fn open_layer(settings: &ChannelSettings) -> anyhow::Result<Arc<dyn ChannelLayer>> {
    open_layer_by(settings, catamaran::Clock::system()).await
}

/// As [`open_layer`], by another clock than the machine's.
///
/// # Errors
/// As [`open_layer`].
pub async fn open_layer_by(settings: &ChannelSettings, clock: catamaran::Clock) -> anyhow::Result<Arc<dyn ChannelLayer>> {
    let config = settings.config().with(|config| config.clock = clock);
    Ok(match settings.layer {
        LayerKind::Memory => {
            log::info!("channel layer: memory");
            Arc::new(InMemoryLayer::new(config))
        }
        #[cfg(feature = "redis")]
        LayerKind::RedisPubSub => {
            log::info!("channel layer: redis-pubsub, {}", settings.redis);
            warn_of_database(settings);
            Arc::new(RedisPubSubLayer::connect(settings.hosts()?, &settings.wire, config))
        }
        #[cfg(feature = "redis")]
        LayerKind::RedisCore => {
            log::info!("channel layer: redis-core, {}", settings.redis);
            let hosts = settings.hosts()?;
            RedisCoreLayer::check(&hosts).await.context("CHANNEL_LAYER is redis-core")?;
            Arc::new(RedisCoreLayer::connect(hosts, &settings.wire, config))
        }
        #[cfg(feature = "redis")]
        LayerKind::RedisCluster => {
            log::info!("channel layer: redis-cluster, {}", settings.redis);
            let hosts = settings.hosts()?;
            RedisPubSubLayer::check_cluster(&hosts).await.context("CHANNEL_LAYER is redis-cluster")?;
            Arc::new(RedisPubSubLayer::connect(hosts, &settings.wire, config))
        }
    })
}
