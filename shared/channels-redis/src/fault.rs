//! What can be wrong with a connection to Redis.

use std::time::Duration;

use crate::rights::MissingRights;
pub(crate) use crate::words::in_words;

/// What became of a link's connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkFault {
    #[error("{}", in_words(.0))]
    Redis(redis::RedisError),
    #[error("it does not answer within {0:?}")]
    Silent(Duration),
    #[error("it closed the connection")]
    Closed,
    #[error("it hangs up: {0}")]
    TurnedAway(String),
    #[error("it hangs up before it says anything: is it a Redis, and does it speak TLS at this port (rediss://)? ({0})")]
    NoGreeting(String),
    /// A server without TLS waits for the rest of a command.
    #[error("it does not answer in time: if it does not speak TLS at this port, REDIS_URL is to begin with redis://")]
    NoTls,
    #[error("{0}")]
    NotAllowed(MissingRights),
    #[error("{0}")]
    NotFound(String),
    #[error("it is a read-only replica, not the master")]
    Replica,
    #[error("it is a node of a Cluster: {0}")]
    Cluster(&'static str),
    #[error("it has given what is asked for to another node")]
    Moved,
}

impl From<redis::RedisError> for LinkFault {
    fn from(fault: redis::RedisError) -> Self {
        Self::Redis(fault)
    }
}

/// Does the server answer that it will not, so that the connection is none the worse for it? One that still loads will, later: it does
/// not count as up until then.
pub(crate) fn is_refusal(fault: &redis::RedisError) -> bool {
    let is_loading = matches!(fault.kind(), redis::ErrorKind::Server(redis::ServerErrorKind::BusyLoading));
    matches!(fault.kind(), redis::ErrorKind::Server(_) | redis::ErrorKind::Extension) && !is_of_another(fault) && !is_loading
}

/// Does Redis say that it takes no writes for now? For want of memory, of replicas, or of a disk that takes its snapshots. A script's
/// fault may have other words in front of them.
pub(crate) fn takes_no_writes(said: &str) -> bool {
    ["OOM", "NOREPLICAS", "MISCONF"].iter().any(|sign| said.contains(sign))
}

/// Does `fault` say that this server is not, or no longer, the right one?
pub(crate) fn is_of_another(fault: &redis::RedisError) -> bool {
    use redis::ServerErrorKind::{Ask, ClusterDown, MasterDown, Moved, ReadOnly};
    matches!(fault.kind(), redis::ErrorKind::Server(ReadOnly | Moved | Ask | ClusterDown | MasterDown))
}
