//! The one place that names concrete channel layers.

use std::sync::Arc;

use channels::{ChannelLayer, InMemoryLayer, LayerConfig};
use channels_redis::{RedisPubSubLayer, RedisSettings};

use crate::settings::{ChannelSettings, LayerKind};

/// Makes the layer. Redis need not answer yet: the layer connects by itself and logs how that goes.
pub(crate) fn open(settings: &ChannelSettings) -> anyhow::Result<Arc<dyn ChannelLayer>> {
    let config = LayerConfig { prefix: settings.prefix.clone(), ..LayerConfig::default() };
    match settings.layer {
        LayerKind::Memory => Ok(Arc::new(InMemoryLayer::new(config))),
        LayerKind::RedisPubSub => {
            let redis = RedisSettings::new(settings.redis_url.expose(), settings.redis_tls_insecure)?;
            Ok(Arc::new(RedisPubSubLayer::connect(redis, config)))
        }
    }
}
