//! Finds the responsible server: Sentinels know a master by its name, a Cluster's nodes know the owner of a slot.
//!
//! The client library's Sentinel client does not follow a failover. Its Cluster client (redis-rs 1.8.1) restores subscriptions of several
//! slots in one command after a node's restart, which the server refuses. A link asks at each attempt to connect instead, so following
//! needs only a reconnect.

use std::{fmt, time::Duration};

use futures_util::future::select_ok;
use redis::{AsyncConnectionConfig, Client, Cmd, ConnectionInfo, FromRedisValue, ProtocolVersion, Value};
use tokio::time::timeout;

use crate::{
    address::{host_of, moved_to},
    fault::LinkFault,
    slots::slot_of,
};

/// A master that Sentinels know by its name.
#[derive(Clone)]
pub(crate) struct Sentinels {
    /// The Sentinels' addresses and credentials.
    pub(crate) sentinels: Vec<ConnectionInfo>,
    pub(crate) master_name: String,
    /// The master's credentials. The Sentinels' answer replaces host and port.
    pub(crate) node: ConnectionInfo,
}

impl Sentinels {
    /// Returns the master's address from the first Sentinel that knows it. All are asked at once, so a hanging one costs no time.
    pub(crate) async fn master(&self, patience: Duration) -> Result<ConnectionInfo, LinkFault> {
        let asked = self.sentinels.iter().map(|sentinel| Box::pin(self.master_by(sentinel, patience)));
        select_ok(asked).await.map(|(master, _)| master)
    }

    async fn master_by(&self, sentinel: &ConnectionInfo, patience: Duration) -> Result<ConnectionInfo, LinkFault> {
        let mut command = redis::cmd("SENTINEL");
        command.arg("GET-MASTER-ADDR-BY-NAME").arg(&self.master_name);
        let at = sentinel.addr();
        match ask::<Option<(String, u16)>>(sentinel, &command, patience).await {
            Ok(Some((host, port))) => Ok(moved_to(&self.node, host, port)),
            Ok(None) => Err(LinkFault::NotFound(format!("the Sentinel at {at} knows no master of that name"))),
            Err(fault) => Err(LinkFault::NotFound(format!("the Sentinel at {at}: {fault}"))),
        }
    }
}

impl fmt::Display for Sentinels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (by {} Sentinels)", self.master_name, self.sentinels.len())
    }
}

/// The node that owns the slot of a hash tag.
#[derive(Clone)]
pub(crate) struct Cluster {
    /// The nodes that are asked for the owner.
    pub(crate) seeds: Vec<ConnectionInfo>,
    pub(crate) tag: String,
}

/// An entry of `CLUSTER SLOTS`: the first and last slot, then the nodes, the master first.
type SlotRange = (u16, u16, Node);

/// Host (empty for the node that answers), port, and fields of newer servers.
struct Node {
    host: Option<String>,
    port: u16,
}

impl FromRedisValue for Node {
    fn from_redis_value(value: Value) -> Result<Self, redis::ParsingError> {
        let mut fields = Vec::<Value>::from_redis_value(value)?.into_iter();
        let mut next = || fields.next().unwrap_or(Value::Nil);
        let host = Option::<String>::from_redis_value(next())?.filter(|host| !host.is_empty());
        Ok(Self { host, port: u16::from_redis_value(next())? })
    }
}

impl Cluster {
    pub(crate) async fn owner(&self, patience: Duration) -> Result<ConnectionInfo, LinkFault> {
        let slot = slot_of(&self.tag);
        let mut command = redis::cmd("CLUSTER");
        command.arg("SLOTS");
        let mut last = String::new();
        for seed in &self.seeds {
            last = match ask::<Vec<Value>>(seed, &command, patience).await {
                Ok(ranges) => match owner(ranges, slot) {
                    Some(node) => {
                        let host = node.host.or_else(|| host_of(seed).map(str::to_owned)).unwrap_or_default();
                        return Ok(moved_to(seed, host, node.port));
                    }
                    None => format!("the node at {} knows no owner of slot {slot}", seed.addr()),
                },
                Err(fault) => format!("the node at {}: {fault}", seed.addr()),
            };
        }
        Err(LinkFault::NotFound(last))
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the Cluster's owner of slot {}", slot_of(&self.tag))
    }
}

fn owner(ranges: Vec<Value>, slot: u16) -> Option<Node> {
    ranges.into_iter().find_map(|range| {
        let mut fields = Vec::<Value>::from_redis_value(range).ok()?;
        fields.truncate(3);
        let (first, last, master) = SlotRange::from_redis_value(Value::Array(fields)).ok()?;
        (first..=last).contains(&slot).then_some(master)
    })
}

/// Runs one query on a temporary connection.
async fn ask<T: FromRedisValue>(of: &ConnectionInfo, command: &Cmd, patience: Duration) -> Result<T, LinkFault> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(patience)).set_response_timeout(Some(patience));
    // A Sentinel has no databases and, before 6.2, no RESP3.
    let redis = of.redis_settings().clone().set_protocol(ProtocolVersion::RESP2);
    let client = Client::open(of.clone().set_redis_settings(redis))?;
    let asking = async {
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        command.query_async(&mut connection).await
    };
    Ok(timeout(2 * patience, asking).await.map_err(|_| LinkFault::Silent(2 * patience))??)
}
