//! Faults of a connection to Redis.

use std::time::Duration;

pub(crate) use crate::error_text::error_text;
use crate::rights::MissingRights;

/// The reason why a connection is not usable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkFault {
    #[error("{}", error_text(.0))]
    Redis(redis::RedisError),
    #[error("it does not answer within {0:?}")]
    Silent(Duration),
    #[error("it closed the connection")]
    Closed,
    #[error("it rejects the connection: {0}")]
    Rejected(String),
    #[error("it closes the connection at once: is it a Redis, and does it speak TLS at this port (rediss://)? ({0})")]
    NoGreeting(String),
    /// A server without TLS waits for the rest of a command.
    #[error("it does not answer in time: if it does not speak TLS at this port, REDIS_URL must begin with redis://")]
    NoTls,
    #[error("{0}")]
    NotAllowed(MissingRights),
    #[error("{0}")]
    NotFound(String),
    #[error("it is a read-only replica, not the master")]
    Replica,
    #[error("it is a node of a Cluster: {0}")]
    Cluster(&'static str),
    #[error("it is no longer responsible for the requested slot or role")]
    Moved,
}

impl From<redis::RedisError> for LinkFault {
    fn from(fault: redis::RedisError) -> Self {
        Self::Redis(fault)
    }
}

/// Returns whether the server refused the command but the connection is sound. A server that still loads its data does not count: it is
/// not up until it has loaded them.
pub(crate) fn is_refusal(fault: &redis::RedisError) -> bool {
    let is_loading = matches!(fault.kind(), redis::ErrorKind::Server(redis::ServerErrorKind::BusyLoading));
    matches!(fault.kind(), redis::ErrorKind::Server(_) | redis::ErrorKind::Extension) && !is_of_another(fault) && !is_loading
}

/// Returns whether Redis refuses writes for now, for want of memory, of replicas or of disk space. A script's error may begin with other
/// words.
pub(crate) fn refuses_writes(said: &str) -> bool {
    ["OOM", "NOREPLICAS", "MISCONF"].iter().any(|sign| said.contains(sign))
}

/// Returns whether `fault` means that another server is responsible.
pub(crate) fn is_of_another(fault: &redis::RedisError) -> bool {
    use redis::ServerErrorKind::{Ask, ClusterDown, MasterDown, Moved, ReadOnly};
    matches!(fault.kind(), redis::ErrorKind::Server(ReadOnly | Moved | Ask | ClusterDown | MasterDown))
}
