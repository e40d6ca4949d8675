//! Finds the rights that a layer's Redis user lacks.
//!
//! Runs each command once where it changes nothing, since `ACL DRYRUN` needs an administrator.

use std::fmt;

use redis::{Cmd, ErrorKind, RedisError, RedisResult, Script, ServerErrorKind, Value, aio::MultiplexedConnection};

use crate::fault::{LinkFault, in_words, is_refusal, takes_no_writes};

/// The rights that are missing, as `ACL SETUSER` takes them, and the server's words for the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MissingRights {
    pub(crate) rights: Vec<String>,
    said: String,
}

impl fmt::Display for MissingRights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rights = self.rights.join(" ");
        write!(f, "its user lacks rights that this layer needs: ACL SETUSER NAME {rights} ({})", self.said)
    }
}

/// One thing that is tried, and the right that it needs.
struct Trial {
    right: &'static str,
    command: Cmd,
}

fn trial(right: &'static str, words: &[&str]) -> Trial {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    Trial { right, command }
}

/// Runs the core dialect's commands on a key that is never written, so that they find and change nothing.
pub(crate) async fn check_core(mut connection: MultiplexedConnection, prefix: &str, own_key: &str) -> Result<(), LinkFault> {
    let key = format!("{own_key}$none");
    let script = Script::new("return 1");
    let trials = [
        trial("+zadd", &["ZADD", &key, "XX", "0", "none"]),
        trial("+expire", &["EXPIRE", &key, "1"]),
        trial("+zrem", &["ZREM", &key, "none"]),
        trial("+zremrangebyscore", &["ZREMRANGEBYSCORE", &key, "0", "0"]),
        trial("+zremrangebyrank", &["ZREMRANGEBYRANK", &key, "0", "-1"]),
        trial("+zrange", &["ZRANGE", &key, "0", "-1"]),
        trial("+zcard", &["ZCARD", &key]),
        trial("+zcount", &["ZCOUNT", &key, "0", "0"]),
        trial("+zscore", &["ZSCORE", &key, "none"]),
        trial("+zpopmin", &["ZPOPMIN", &key, "0"]),
        trial("+bzpopmin", &["BZPOPMIN", &key, "0.001"]),
        trial("+script|load", &["SCRIPT", "LOAD", "return 1"]),
        trial("+evalsha", &["EVALSHA", script.get_hash(), "0"]),
    ];
    check(&mut connection, &trials, prefix).await
}

/// A write that Redis refuses where it takes none, and that puts nothing where it does.
pub(crate) fn put_nothing(own_key: &str) -> Cmd {
    redis::cmd("ZADD").arg(format!("{own_key}$none")).arg("XX").arg(0).arg("none").take()
}

/// Refuses to begin where Redis takes no writes: to take a message is one.
pub(crate) async fn check_taking(mut connection: MultiplexedConnection, own_key: &str) -> Result<(), LinkFault> {
    match redis::cmd("ZPOPMIN").arg(format!("{own_key}$none")).arg(0).exec_async(&mut connection).await {
        Err(fault) if takes_no_writes(&in_words(&fault)) || !is_refusal(&fault) => Err(fault.into()),
        _ => Ok(()),
    }
}

/// Runs the pubsub dialect's commands on a channel without subscribers. Its name begins with `stem`, as this process's own channels do.
/// `tag`: the hash tag in front of it in a Cluster.
pub(crate) async fn check_pubsub(
    mut connection: MultiplexedConnection,
    prefix: &str,
    stem: &str,
    tag: Option<&str>,
) -> Result<(), LinkFault> {
    let silent = format!("{}$none", stem.trim_end_matches('!'));
    let channel = tag.map_or(silent.clone(), |tag| format!("{{{tag}}}{silent}"));
    let prefix = tag.map_or(prefix.to_owned(), |_| format!("*{prefix}"));
    let trials = match tag {
        Some(_) => [
            trial("+ssubscribe", &["SSUBSCRIBE", &channel]),
            trial("+sunsubscribe", &["SUNSUBSCRIBE", &channel]),
            trial("+spublish", &["SPUBLISH", &channel, ""]),
        ],
        None => [
            trial("+subscribe", &["SUBSCRIBE", &channel]),
            trial("+unsubscribe", &["UNSUBSCRIBE", &channel]),
            trial("+publish", &["PUBLISH", &channel, ""]),
        ],
    };
    check(&mut connection, &trials, &prefix).await
}

async fn check(connection: &mut MultiplexedConnection, trials: &[Trial], prefix: &str) -> Result<(), LinkFault> {
    let mut pipe = redis::pipe();
    for Trial { command, .. } in trials {
        pipe.add_command(command.clone());
    }
    let outcomes: Vec<RedisResult<Value>> = pipe.ignore_errors().query_async(connection).await?;
    let (mut rights, mut said) = (Vec::new(), String::new());
    for (trial, outcome) in trials.iter().zip(outcomes) {
        match outcome {
            Err(fault) if is_forbidden(&fault) => {
                let right = right_for(&fault, trial.right, prefix);
                if said.is_empty() {
                    said = fault.to_string().split(", with args beginning with").next().unwrap_or_default().to_owned();
                }
                if !rights.contains(&right) {
                    rights.push(right);
                }
            }
            // A server without memory refuses to write, for now: no right is missing.
            Err(fault) if is_refusal(&fault) => {}
            outcome => drop(outcome?),
        }
    }
    if rights.is_empty() { Ok(()) } else { Err(LinkFault::NotAllowed(MissingRights { rights, said })) }
}

/// A user may not do it, or the server has been made to do without the command.
pub(crate) fn is_forbidden(fault: &RedisError) -> bool {
    let is_unknown = || fault.detail().is_some_and(|detail| detail.starts_with("unknown "));
    fault.kind() == ErrorKind::Server(ServerErrorKind::NoPerm) || (is_refusal(fault) && is_unknown())
}

/// A refusal is of a command, of a key or of a channel; Redis 6 and 7 have different words for it.
fn right_for(fault: &RedisError, command: &str, prefix: &str) -> String {
    let said = fault.detail().unwrap_or_default();
    match () {
        () if said.contains("channel") && said.contains("access") => format!("&{prefix}*"),
        () if said.contains("key") && said.contains("access") => format!("~{prefix}*"),
        () => command.to_owned(),
    }
}
