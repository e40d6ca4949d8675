//! The state of a server.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{InspectFault, InspectedHost};

/// The fields of `INFO` that matter to a layer. A missing field is empty, 0 or false.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerFacts {
    /// The version, such as `7.0.15`.
    pub version: String,
    /// Changes with each start of the server. Two hosts with the same id are one server.
    pub run_id: String,
    /// Whether it follows a master and refuses writes.
    pub is_replica: bool,
    /// Whether it is a node of a Cluster.
    pub is_cluster: bool,
    /// The time since its start.
    pub uptime: Duration,
    /// Bytes in use.
    pub memory: u64,
    /// The limit of these bytes; 0 is no limit.
    pub max_memory: u64,
    /// The policy at that limit: `noeviction`, `allkeys-lru`, …
    pub policy: String,
    /// Keys evicted at that limit since the start.
    pub evicted: u64,
    /// The number of client connections.
    pub clients: u64,
    /// The limit of that number; 0 if it is unknown.
    pub max_clients: u64,
    /// Connections refused at that limit since the start.
    pub rejected: u64,
    /// The number of keys in each database that has any.
    pub databases: Vec<(i64, u64)>,
}

impl InspectedHost {
    /// Returns the state of the server.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn server(&self) -> Result<ServerFacts, InspectFault> {
        let text: String = self.ask(&redis::cmd("INFO")).await?;
        Ok(facts(&text))
    }

    /// Returns the server's time.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn time(&self) -> Result<SystemTime, InspectFault> {
        let (seconds, micros): (u64, u32) = self.ask(&redis::cmd("TIME")).await?;
        Ok(UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_micros(micros.into()))
    }
}

fn facts(info: &str) -> ServerFacts {
    let fields: HashMap<&str, &str> = info.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
    let text = |name| fields.get(name).copied().unwrap_or_default().to_owned();
    let number = |name| fields.get(name).and_then(|value| value.parse().ok()).unwrap_or_default();
    ServerFacts {
        version: text("redis_version"),
        run_id: text("run_id"),
        is_replica: text("role") == "slave",
        is_cluster: text("cluster_enabled") == "1",
        uptime: Duration::from_secs(number("uptime_in_seconds")),
        memory: number("used_memory"),
        max_memory: number("maxmemory"),
        policy: text("maxmemory_policy"),
        evicted: number("evicted_keys"),
        clients: number("connected_clients"),
        max_clients: number("maxclients"),
        rejected: number("rejected_connections"),
        databases: fields
            .iter()
            .filter_map(|(name, value)| database(name, value))
            .collect::<std::collections::BTreeMap<_, _>>()
            .into_iter()
            .collect(),
    }
}

/// `db3` and `keys=12,expires=12,avg_ttl=0`.
fn database(name: &str, value: &str) -> Option<(i64, u64)> {
    let keys = value.strip_prefix("keys=")?.split(',').next()?;
    Some((name.strip_prefix("db")?.parse().ok()?, keys.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_known_fields_and_leaves_the_others_empty() {
        let info = "# Server\r\nredis_version:7.0.15\r\n\r\nrole:slave\r\nmaxmemory:1024\r\nrubbish\r\n\
                    db3:keys=12,expires=1,avg_ttl=0\r\ndb0:keys=2,expires=0,avg_ttl=0\r\ndbx:keys=1\r\nmaxclients:many\r\n";
        let expected = ServerFacts {
            version: "7.0.15".to_owned(),
            is_replica: true,
            max_memory: 1_024,
            databases: vec![(0, 2), (3, 12)],
            ..ServerFacts::default()
        };
        assert_eq!(facts(info), expected);
    }
}
