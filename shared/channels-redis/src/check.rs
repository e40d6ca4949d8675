//! Checks at the start that a Redis can be used with these settings.

use std::time::Duration;

use futures_util::future::try_join_all;
use redis::{AsyncConnectionConfig, Client, ConnectionInfo};

use crate::{RedisHosts, RedisSettings};

/// A Redis that answers but cannot be used with these settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsuitable {
    /// It is a Cluster, and the dialect cannot work there.
    #[error(
        "Redis at {0} is a node of a Cluster: the core dialect cannot work there, since a group and the channels of its members lie \
             on different nodes; use a Redis without cluster-enabled, or the pubsub dialect (redis-cluster, or redis-pubsub)"
    )]
    Cluster(String),
    /// It is no Cluster, and the layer needs one.
    #[error("Redis at {0} is no node of a Cluster: use redis-pubsub")]
    NoCluster(String),
    /// It is too old for sharded pub/sub.
    #[error("Redis at {0} is version {1}: sharded publish and subscribe needs 7.0 or newer")]
    TooOld(String, String),
}

/// Checks the hosts that answer. An unavailable host costs at most the time limit of one answer.
pub(crate) async fn check(hosts: &RedisHosts, needs_cluster: bool) -> Result<(), Unsuitable> {
    // All partitions of a Cluster have the same addresses.
    let hosts = if needs_cluster { &hosts.settings()[..1] } else { hosts.settings() };
    try_join_all(hosts.iter().map(|host| check_host(host, needs_cluster))).await.map(|_| ())
}

async fn check_host(host: &RedisSettings, needs_cluster: bool) -> Result<(), Unsuitable> {
    let servers = host.servers().await;
    let checks = servers.iter().map(async |server| match info(server, host.response_timeout).await {
        Some(info) => judge(&server.addr().to_string(), &info, needs_cluster),
        None => Ok(()),
    });
    try_join_all(checks).await.map(|_| ())
}

/// Judges the answers to INFO cluster and INFO server.
fn judge(at: &str, info: &str, needs_cluster: bool) -> Result<(), Unsuitable> {
    let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_default();
    match (needs_cluster, field("cluster_enabled") == "1") {
        (true, false) => return Err(Unsuitable::NoCluster(at.to_owned())),
        (false, true) => return Err(Unsuitable::Cluster(at.to_owned())),
        _ => {}
    }
    let version = field("redis_version");
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(..7) if needs_cluster => Err(Unsuitable::TooOld(at.to_owned(), version.to_owned())),
        _ => Ok(()),
    }
}

async fn info(server: &ConnectionInfo, patience: Duration) -> Option<String> {
    let asking = async {
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(patience)).set_response_timeout(Some(patience));
        let client = Client::open(server.clone()).ok()?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await.ok()?;
        let cluster: String = redis::cmd("INFO").arg("cluster").query_async(&mut connection).await.ok()?;
        let server: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await.ok()?;
        Some(cluster + &server)
    };
    tokio::time::timeout(patience, asking).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_a_server_by_its_info() {
        let (alone, node) = ("cluster_enabled:0\r\nredis_version:7.0.15\r\n", "cluster_enabled:1\r\nredis_version:7.0.15\r\n");
        let old = "cluster_enabled:1\r\nredis_version:6.2.14\r\n";
        let at = || "h:1".to_owned();
        assert_eq!(judge("h:1", alone, false), Ok(()));
        assert_eq!(judge("h:1", node, true), Ok(()));
        assert_eq!(judge("h:1", node, false), Err(Unsuitable::Cluster(at())));
        assert_eq!(judge("h:1", alone, true), Err(Unsuitable::NoCluster(at())));
        assert_eq!(judge("h:1", old, true), Err(Unsuitable::TooOld(at(), "6.2.14".to_owned())));
    }
}
