//! The law of layers, kept over a real Redis by two layers that share nothing else.

use std::sync::Arc;

use channels::{
    ChannelLayer, LayerConfig, LayerStatus,
    conformance::{Declared, Deployment},
};
use channels_redis::{RedisPubSubLayer, RedisSettings};
use testbed::Redis;

async fn pubsub(config: LayerConfig) -> Deployment {
    let redis = Redis::start().await;
    let here = connect(&redis, config.clone()).await;
    let there = connect(&redis, config).await;
    Deployment { here, there, declared: Declared { full_is_known_late: true }, keep: Box::new(redis) }
}

async fn connect(redis: &Redis, config: LayerConfig) -> Arc<dyn ChannelLayer> {
    let settings = RedisSettings::new(&redis.url(), false).expect("the testbed knows its address");
    let layer = RedisPubSubLayer::connect(settings, config);
    layer.flush().await.expect("it connects within the patience of a join");
    while layer.status() != LayerStatus::Up {
        tokio::task::yield_now().await;
    }
    Arc::new(layer)
}

channels::conformance_suite!(pubsub);
