//! Can a Redis be used as it is set? Asked once, before anything depends on it.

use redis::AsyncConnectionConfig;

use crate::RedisHosts;

/// A Redis that answers and cannot be used as it is set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsuitable {
    /// A Cluster, for a dialect that cannot work there.
    #[error(
        "Redis at {0} is a node of a Cluster: the core dialect cannot work there, since a group and the channels of its members lie \
             on different nodes; use a Redis without cluster-enabled, or the pubsub dialect (redis-cluster, or redis-pubsub)"
    )]
    Cluster(String),
    /// No Cluster, for a layer that needs one.
    #[error("Redis at {0} is no node of a Cluster: use redis-pubsub")]
    NoCluster(String),
    /// Too old for sharded pub/sub.
    #[error("Redis at {0} is version {1}: sharded publish and subscribe needs 7.0 or newer")]
    TooOld(String, String),
}

/// What is known of the hosts that answer; those that do not are not waited for.
pub(crate) async fn check(hosts: &RedisHosts, needs_cluster: bool) -> Result<(), Unsuitable> {
    for host in hosts.settings() {
        let Some(info) = info(host).await else { continue };
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_default();
        match (needs_cluster, field("cluster_enabled") == "1") {
            (true, false) => return Err(Unsuitable::NoCluster(host.to_string())),
            (false, true) => return Err(Unsuitable::Cluster(host.to_string())),
            _ => {}
        }
        let version = field("redis_version");
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if needs_cluster && major.is_some_and(|major| major < 7) {
            return Err(Unsuitable::TooOld(host.to_string(), version.to_owned()));
        }
    }
    Ok(())
}

async fn info(host: &crate::RedisSettings) -> Option<String> {
    let patience = host.response_timeout;
    let asking = async {
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(patience)).set_response_timeout(Some(patience));
        let client = host.client().await.ok()?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await.ok()?;
        let cluster: String = redis::cmd("INFO").arg("cluster").query_async(&mut connection).await.ok()?;
        let server: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await.ok()?;
        Some(cluster + &server)
    };
    tokio::time::timeout(patience, asking).await.ok().flatten()
}
