//! The conformance rules for the stores in memory, in a real Redis and in a real Cluster.

use catamaran_presence::{MemoryLeases, RedisLeases, conformance::Deployment};
use catamaran_redis::RedisHosts;

mod memory {
    use super::*;

    async fn deploy() -> Deployment {
        let store = MemoryLeases::new();
        Deployment::new(store.clone(), store)
    }

    catamaran_presence::conformance_suite!(deploy);
}

mod redis {
    use testbed::Redis;

    use super::*;

    async fn deploy() -> Deployment {
        let redis = Redis::start().await;
        let hosts = RedisHosts::new(&[&redis.url()], false).expect("the testbed knows its address");
        let keep = Box::new(redis);
        Deployment { keep, ..Deployment::new(RedisLeases::new(&hosts, "asgi"), RedisLeases::new(&hosts, "asgi")) }
    }

    catamaran_presence::conformance_suite!(deploy);
}

mod cluster {
    use std::sync::atomic::{AtomicU32, Ordering};

    use testbed::RedisCluster;
    use tokio::sync::OnceCell;

    use super::*;

    /// One for all tests; each has a prefix of its own.
    static CLUSTER: OnceCell<RedisCluster> = OnceCell::const_new();
    static DEPLOYED: AtomicU32 = AtomicU32::new(0);

    async fn deploy() -> Deployment {
        let urls = CLUSTER.get_or_init(RedisCluster::start).await.urls();
        let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
        let hosts = RedisHosts::cluster(&urls, 6, false).expect("the testbed knows its addresses");
        let prefix = format!("rule{}", DEPLOYED.fetch_add(1, Ordering::Relaxed));
        Deployment::new(RedisLeases::new(&hosts, &prefix), RedisLeases::new(&hosts, &prefix))
    }

    catamaran_presence::conformance_suite!(deploy);
}
