//! What can be wrong with a connection to Redis.

use std::time::Duration;

/// What became of a link's connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkFault {
    #[error("{}", in_words(.0))]
    Redis(#[from] redis::RedisError),
    #[error("it does not answer within {0:?}")]
    Silent(Duration),
    #[error("it closed the connection")]
    Closed,
    #[error("it hangs up: {0}")]
    TurnedAway(String),
    #[error("it does not allow PSUBSCRIBE: {0}; give the user of this layer allchannels, or use the core dialect")]
    NotAllowed(String),
    #[error("{0}")]
    NotFound(String),
    #[error("it is a read-only replica, not the master")]
    Replica,
    #[error("it is a node of a Cluster: {0}")]
    Cluster(&'static str),
    #[error("it has given what is asked for to another node")]
    Moved,
}

/// Does the server answer that it will not, so that the connection is none the worse for it? One that still loads will, later: it does
/// not count as up until then.
pub(crate) fn is_refusal(fault: &redis::RedisError) -> bool {
    let is_loading = matches!(fault.kind(), redis::ErrorKind::Server(redis::ServerErrorKind::BusyLoading));
    matches!(fault.kind(), redis::ErrorKind::Server(_) | redis::ErrorKind::Extension) && !is_of_another(fault) && !is_loading
}

/// Does `fault` say that this server is not, or no longer, the right one?
pub(crate) fn is_of_another(fault: &redis::RedisError) -> bool {
    use redis::ServerErrorKind::{Ask, ClusterDown, MasterDown, Moved, ReadOnly};
    matches!(fault.kind(), redis::ErrorKind::Server(ReadOnly | Moved | Ask | ClusterDown | MasterDown))
}

/// For people. A pipeline that was refused says so for each of its commands, and one of a thousand is enough.
pub(crate) fn in_words(fault: &redis::RedisError) -> String {
    if fault.is_timeout() {
        return "it does not answer in time".to_owned();
    }
    let text = match fault.clone().into_server_errors().as_deref() {
        Some([(_, first), _, ..]) => first.to_string(),
        _ => fault.to_string(),
    };
    without_arguments(&text)
}

/// Servers that do not know a command repeat what it was given. For HELLO, which opens a connection, that is the password.
fn without_arguments(text: &str) -> String {
    let said = text.split(", with args beginning with").next().unwrap_or_default();
    match said.contains("HELLO") {
        true => format!("{said}: RESP3 is needed, which Redis has from version 6 on"),
        false => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_repeats_is_not_said() {
        let said = "unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' 'hunter2' ";
        let words = without_arguments(said);
        assert!(words.contains("version 6") && !words.contains("hunter2"), "{words}");
        assert_eq!(without_arguments("OOM command not allowed"), "OOM command not allowed");
    }
}
