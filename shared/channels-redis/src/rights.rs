//! Finds the rights that a layer's Redis user lacks.
//!
//! Runs each command once in a way that changes nothing, since `ACL DRYRUN` needs an administrator.

use std::fmt;

use redis::{Cmd, ErrorKind, RedisError, RedisResult, Script, ServerErrorKind, Value, aio::MultiplexedConnection};

use crate::fault::{LinkFault, error_text, is_refusal, refuses_writes};

/// The missing rights in the form of `ACL SETUSER`, and the server's error for the first of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MissingRights {
    pub(crate) rights: Vec<String>,
    reason: String,
}

impl fmt::Display for MissingRights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rights = self.rights.join(" ");
        write!(f, "its user lacks rights that this layer needs: ACL SETUSER NAME {rights} ({})", self.reason)
    }
}

/// A command to try, and the right that it needs.
struct Probe {
    right: &'static str,
    command: Cmd,
}

fn probe(right: &'static str, words: &[&str]) -> Probe {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    Probe { right, command }
}

/// Runs the core dialect's commands on a key that is never written, so that they find and change nothing.
pub(crate) async fn check_core(mut connection: MultiplexedConnection, prefix: &str, own_key: &str) -> Result<(), LinkFault> {
    let key = format!("{own_key}$none");
    let script = Script::new("return 1");
    let probes = [
        probe("+zadd", &["ZADD", &key, "XX", "0", "none"]),
        probe("+expire", &["EXPIRE", &key, "1"]),
        probe("+zrem", &["ZREM", &key, "none"]),
        probe("+zremrangebyscore", &["ZREMRANGEBYSCORE", &key, "0", "0"]),
        probe("+zremrangebyrank", &["ZREMRANGEBYRANK", &key, "0", "-1"]),
        probe("+zrange", &["ZRANGE", &key, "0", "-1"]),
        probe("+zcard", &["ZCARD", &key]),
        probe("+zcount", &["ZCOUNT", &key, "0", "0"]),
        probe("+zscore", &["ZSCORE", &key, "none"]),
        probe("+zpopmin", &["ZPOPMIN", &key, "0"]),
        probe("+bzpopmin", &["BZPOPMIN", &key, "0.001"]),
        probe("+script|load", &["SCRIPT", "LOAD", "return 1"]),
        probe("+evalsha", &["EVALSHA", script.get_hash(), "0"]),
    ];
    check(&mut connection, &probes, prefix).await
}

/// Returns a write that changes nothing, and fails if Redis refuses writes.
pub(crate) fn write_probe(own_key: &str) -> Cmd {
    redis::cmd("ZADD").arg(format!("{own_key}$none")).arg("XX").arg(0).arg("none").take()
}

/// Fails if Redis refuses writes, since popping a message is a write.
pub(crate) async fn check_pop(mut connection: MultiplexedConnection, own_key: &str) -> Result<(), LinkFault> {
    match redis::cmd("ZPOPMIN").arg(format!("{own_key}$none")).arg(0).exec_async(&mut connection).await {
        Err(fault) if refuses_writes(&error_text(&fault)) || !is_refusal(&fault) => Err(fault.into()),
        _ => Ok(()),
    }
}

/// Tries the pubsub dialect's commands on a channel without subscribers. Its name begins with `own_prefix`, like this process's own
/// channels. `tag` is the hash tag in a Cluster.
pub(crate) async fn check_pubsub(
    mut connection: MultiplexedConnection,
    prefix: &str,
    own_prefix: &str,
    tag: Option<&str>,
) -> Result<(), LinkFault> {
    let silent = format!("{}$none", own_prefix.trim_end_matches('!'));
    let channel = tag.map_or(silent.clone(), |tag| format!("{{{tag}}}{silent}"));
    let prefix = tag.map_or(prefix.to_owned(), |_| format!("*{prefix}"));
    let probes = match tag {
        Some(_) => [
            probe("+ssubscribe", &["SSUBSCRIBE", &channel]),
            probe("+sunsubscribe", &["SUNSUBSCRIBE", &channel]),
            probe("+spublish", &["SPUBLISH", &channel, ""]),
        ],
        None => [
            probe("+subscribe", &["SUBSCRIBE", &channel]),
            probe("+unsubscribe", &["UNSUBSCRIBE", &channel]),
            probe("+publish", &["PUBLISH", &channel, ""]),
        ],
    };
    check(&mut connection, &probes, &prefix).await
}

/// Runs the commands of histories on a key that is never written. `tag` is the hash tag in braces, in a Cluster.
pub(crate) async fn check_history(mut connection: MultiplexedConnection, prefix: &str, tag: &str) -> Result<(), LinkFault> {
    let key = format!("{tag}{prefix}:history$none");
    let script = Script::new("return 1");
    let probes = [
        probe("+get", &["GET", &key]),
        probe("+mget", &["MGET", &key]),
        probe("+set", &["SET", &key, "", "XX"]),
        probe("+del", &["DEL", &key]),
        probe("+zadd", &["ZADD", &key, "XX", "0", "none"]),
        probe("+zcard", &["ZCARD", &key]),
        probe("+zrange", &["ZRANGE", &key, "0", "-1"]),
        probe("+zpopmin", &["ZPOPMIN", &key, "0"]),
        probe("+expire", &["EXPIRE", &key, "1"]),
        probe("+info", &["INFO", "server"]),
        probe("+script|load", &["SCRIPT", "LOAD", "return 1"]),
        probe("+evalsha", &["EVALSHA", script.get_hash(), "0"]),
    ];
    let prefix = if tag.is_empty() { prefix.to_owned() } else { format!("*{prefix}") };
    check(&mut connection, &probes, &prefix).await
}

async fn check(connection: &mut MultiplexedConnection, probes: &[Probe], prefix: &str) -> Result<(), LinkFault> {
    let mut pipe = redis::pipe();
    for Probe { command, .. } in probes {
        pipe.add_command(command.clone());
    }
    let outcomes: Vec<RedisResult<Value>> = pipe.ignore_errors().query_async(connection).await?;
    let (mut rights, mut reason) = (Vec::new(), String::new());
    for (probe, outcome) in probes.iter().zip(outcomes) {
        match outcome {
            Err(fault) if is_forbidden(&fault) => {
                let right = right_for(&fault, probe.right, prefix);
                if reason.is_empty() {
                    reason = fault.to_string().split(", with args beginning with").next().unwrap_or_default().to_owned();
                }
                if !rights.contains(&right) {
                    rights.push(right);
                }
            }
            // A server without memory refuses writes for now. That is no missing right.
            Err(fault) if is_refusal(&fault) => {}
            outcome => drop(outcome?),
        }
    }
    if rights.is_empty() { Ok(()) } else { Err(LinkFault::NotAllowed(MissingRights { rights, reason })) }
}

/// Returns whether the user lacks the right, or the server lacks the command.
pub(crate) fn is_forbidden(fault: &RedisError) -> bool {
    let is_unknown = || fault.detail().is_some_and(|detail| detail.starts_with("unknown "));
    fault.kind() == ErrorKind::Server(ServerErrorKind::NoPerm) || (is_refusal(fault) && is_unknown())
}

/// Returns the missing right: a command, a key pattern or a channel pattern. Redis 6 and 7 use different words.
fn right_for(fault: &RedisError, command: &str, prefix: &str) -> String {
    let reason = fault.detail().unwrap_or_default();
    match () {
        () if reason.contains("channel") && reason.contains("access") => format!("&{prefix}*"),
        () if reason.contains("key") && reason.contains("access") => format!("~{prefix}*"),
        () => command.to_owned(),
    }
}
