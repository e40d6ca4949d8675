//! The contract of layers over real Redis, with two independent layers: in both dialects, over one host and two.

use std::sync::Arc;

use catamaran::{
    ChannelLayer, LayerConfig,
    conformance::{Declared, Deployment},
};
use catamaran_redis::{RedisCoreLayer, RedisHosts, RedisPubSubLayer, Wire};
use testbed::Redis;

/// The process's reader empties Redis quickly, so the process's own queues become full later.
fn of_core() -> Declared {
    Declared::default().with(|declared| declared.full_is_known_late = true)
}

fn of_pubsub() -> Declared {
    of_core().with(|declared| declared.general_is_copied = true)
}

async fn pubsub(config: LayerConfig, hosts: &RedisHosts) -> Arc<dyn ChannelLayer> {
    ready(RedisPubSubLayer::connect(hosts.clone(), &Wire::default(), config)).await
}

async fn core(config: LayerConfig, hosts: &RedisHosts) -> Arc<dyn ChannelLayer> {
    ready(RedisCoreLayer::connect(hosts.clone(), &Wire::default(), config)).await
}

async fn ready(layer: impl ChannelLayer) -> Arc<dyn ChannelLayer> {
    layer.flush().await.expect("it connects in time");
    while !layer.status().is_up() {
        tokio::task::yield_now().await;
    }
    Arc::new(layer)
}

async fn redis(hosts: usize) -> (RedisHosts, Vec<Redis>) {
    let mut servers = Vec::new();
    for _ in 0..hosts {
        servers.push(Redis::start().await);
    }
    let urls: Vec<_> = servers.iter().map(Redis::url).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    (RedisHosts::new(&urls, false).expect("the testbed knows its addresses"), servers)
}

macro_rules! suite {
    ($name:ident, $layer:ident, $hosts:literal, $declared:expr) => {
        mod $name {
            use super::*;

            async fn deploy(config: LayerConfig) -> Deployment {
                let (hosts, servers) = redis($hosts).await;
                let (here, there) = ($layer(config.clone(), &hosts).await, $layer(config, &hosts).await);
                Deployment { here, there, declared: $declared, keep: Box::new(servers) }
            }

            catamaran::conformance_suite!(deploy);
        }
    };
}

suite!(pubsub_dialect, pubsub, 1, of_pubsub());
suite!(pubsub_dialect_over_two_hosts, pubsub, 2, of_pubsub().with(|declared| declared.hosts = 2));
suite!(core_dialect, core, 1, of_core());
suite!(core_dialect_over_two_hosts, core, 2, of_core().with(|declared| (declared.hosts, declared.has_no_history) = (2, true)));
