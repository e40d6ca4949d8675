//! The contract of layers over a Redis Cluster of three masters.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use catamaran::{
    ChannelLayer, LayerConfig,
    conformance::{Declared, Deployment},
};
use catamaran_redis::{RedisHosts, RedisPubSubLayer, Wire};
use testbed::RedisCluster;
use tokio::sync::OnceCell;

/// Two for each master.
const PARTITIONS: usize = 6;

async fn connect(config: LayerConfig, hosts: &RedisHosts) -> Arc<dyn ChannelLayer> {
    let layer = RedisPubSubLayer::connect(hosts.clone(), &Wire::default(), config);
    layer.flush().await.expect("it connects in time");
    while !layer.status().is_up() {
        tokio::task::yield_now().await;
    }
    Arc::new(layer)
}

/// One Cluster for all tests. Each test has its own prefix, and no two use the same general channel.
static CLUSTER: OnceCell<RedisCluster> = OnceCell::const_new();
static DEPLOYED: AtomicU64 = AtomicU64::new(0);

async fn deploy(config: LayerConfig) -> Deployment {
    let config = config.with(|config| config.prefix = format!("contract{}", DEPLOYED.fetch_add(1, Ordering::Relaxed)));
    let urls = CLUSTER.get_or_init(RedisCluster::start).await.urls();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let hosts = RedisHosts::cluster(&urls, PARTITIONS, false).expect("the testbed knows its addresses");
    let (here, there) = (connect(config.clone(), &hosts).await, connect(config, &hosts).await);
    let declared =
        Declared::default().with(|it| (it.full_is_known_late, it.general_is_copied, it.hosts) = (true, true, PARTITIONS as u64));
    Deployment { here, there, declared, keep: Box::new(()) }
}

catamaran::conformance_suite!(deploy);
