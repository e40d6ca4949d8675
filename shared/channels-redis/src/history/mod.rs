//! The history of groups in Redis.

pub(crate) mod scripts;
mod server;

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use catamaran::{GroupName, History, HistoryLimits, LayerConfig, LayerError, Message, Position, with_position};
use redis::{FromRedisValue, Script, ScriptInvocation, Value, aio::MultiplexedConnection};

pub(crate) use self::server::ServerProcess;
use crate::{codec::Codec, fault::error_text, link::Link, script};

/// The number of digits of a time before a stored message.
const TIME_DIGITS: usize = 13;
/// The position in a payload that the script overwrites.
const PLACEHOLDER: Position = Position { epoch: 0, offset: 0 };

/// The histories of a layer's groups.
pub(crate) struct Histories {
    config: LayerConfig,
    codec: Arc<Codec>,
    hosts: Vec<Host>,
    /// Why this layer keeps no history.
    impossible: Option<&'static str>,
    publish: Script,
    since: Script,
}

/// One Redis with histories.
pub(crate) struct Host {
    pub(crate) commands: Arc<Link>,
    pub(crate) process: Arc<ServerProcess>,
    /// The hash tag in braces, in a Cluster.
    pub(crate) tag: String,
}

/// The keys of one history.
struct Keys {
    newest: String,
    messages: String,
    groups: String,
}

impl Histories {
    /// Makes the histories at `hosts`. With `impossible`, each query fails with this reason, and no message gets a position.
    pub(crate) fn new(config: LayerConfig, codec: Arc<Codec>, hosts: Vec<Host>, impossible: Option<&'static str>) -> Self {
        let impossible = impossible.or(codec.hides_positions());
        if let Some(why) = impossible.filter(|_| !config.history.is_empty()) {
            log::error!("no group keeps a history: {why}");
        }
        Self { config, codec, hosts, impossible, publish: scripts::publish(), since: scripts::since() }
    }

    /// Returns the bounds of the history of `group`, if it keeps one.
    pub(crate) fn limits_of(&self, group: &GroupName) -> Option<&HistoryLimits> {
        match self.config.history.is_empty() || self.impossible.is_some() {
            true => None,
            false => self.config.history_of(group),
        }
    }

    fn require(&self, group: &GroupName) -> Result<(), LayerError> {
        self.config.require_history(group)?;
        self.impossible.map_or(Ok(()), |why| Err(LayerError::NoHistory { group: group.clone(), why }))
    }

    /// Appends `message` and publishes it to `topic` by `verb`. Returns its position and the number of subscribers.
    pub(crate) async fn publish(
        &self,
        host: usize,
        (verb, topic): (&str, &str),
        (group, limits): (&GroupName, &HistoryLimits),
        message: &Message,
    ) -> Result<(Position, usize), LayerError> {
        let connection = self.connection(host)?;
        let mut call = self.publish.prepare_invoke();
        self.append(&mut call, host, group, limits, message)?;
        call.arg(verb).arg(topic);
        let (position, reached): (String, usize) = self.invoke(host, connection, &call).await?;
        Ok((parsed(&position)?, reached))
    }

    /// Returns the connection to a host. Take it before the id of the server's process: then an id never goes to a later process.
    fn connection(&self, host: usize) -> Result<MultiplexedConnection, LayerError> {
        self.hosts[host].commands.connection().map_err(LayerError::Unavailable)
    }

    /// Adds the keys and arguments of an append. The caller has the connection already.
    pub(crate) fn append(
        &self,
        call: &mut ScriptInvocation<'_>,
        host: usize,
        group: &GroupName,
        limits: &HistoryLimits,
        message: &Message,
    ) -> Result<(), LayerError> {
        let Keys { newest, messages, groups } = self.keys(host, group);
        let now = self.config.clock.wall();
        let payload = self.seal(&self.with_place(message.encoded())?, now)?;
        let epoch =
            getrandom::u64().map_err(|fault| LayerError::Unsendable(format!("the system gives no random bytes: {fault}")))?;
        call.key(newest).key(messages).key(groups);
        call.arg(&*self.hosts[host].process.id())
            .arg(format!("{epoch:016x}"))
            .arg(format!("{:0TIME_DIGITS$}", milliseconds(now)));
        call.arg(limits.messages).arg(limits.bytes).arg(u64::try_from(limits.age.as_millis()).unwrap_or(u64::MAX));
        call.arg(limits.age.as_secs() + 1).arg(self.config.group_expiry.max(limits.age).as_secs() + 1);
        call.arg(group.as_str()).arg(self.config.history_groups.div_ceil(self.hosts.len()).max(1));
        call.arg(self.codec.after_position()).arg(payload).arg(TIME_DIGITS + self.codec.around_message());
        Ok(())
    }

    /// Adds the place for a position to an encoded message, as its last value.
    pub(crate) fn with_place(&self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        with_position(message, PLACEHOLDER).map_err(unsendable)
    }

    /// Writes a position into a payload of a message with a place for it.
    pub(crate) fn write_position(&self, payload: &mut [u8], position: Position) {
        let end = payload.len() - self.codec.after_position();
        payload[end - Position::TEXT_LENGTH..end].copy_from_slice(position.to_string().as_bytes());
    }

    fn seal(&self, message: &[u8], now: SystemTime) -> Result<Vec<u8>, LayerError> {
        self.codec.seal(message, now).map_err(unsendable)
    }

    /// Returns the messages of `group` after `since`.
    pub(crate) async fn history(&self, host: usize, group: &GroupName, since: Option<Position>) -> Result<History, LayerError> {
        self.require(group)?;
        let limits = self.config.require_history(group)?;
        let Keys { newest, messages, .. } = self.keys(host, group);
        let connection = self.connection(host)?;
        let mut call = self.since.prepare_invoke();
        call.key(newest).key(messages).arg(&*self.hosts[host].process.id());
        if let Some(since) = since {
            call.arg(format!("{:016x}", since.epoch)).arg(since.offset);
        }
        let answer: (Option<String>, Option<Vec<Vec<u8>>>) = match self.invoke(host, connection, &call).await? {
            Value::Array(items) => {
                let mut items = items.into_iter();
                (optional(items.next())?, optional(items.next())?)
            }
            _ => (None, None),
        };
        let newest = answer.0.map(|text| parsed(&text)).transpose()?;
        let kept = newest.map_or_else(Vec::new, |newest| self.opened(answer.1.unwrap_or_default(), newest, limits));
        Ok(History::of(kept, newest, since))
    }

    /// Returns the position of the newest message of each group. `host_of` gives the host of each.
    pub(crate) async fn positions(
        &self,
        groups: &[GroupName],
        host_of: impl Fn(&GroupName) -> usize,
    ) -> Result<Vec<Option<Position>>, LayerError> {
        let mut positions = vec![None; groups.len()];
        let hosts: Vec<_> = groups.iter().map(|group| self.require(group).map(|()| host_of(group))).collect::<Result<_, _>>()?;
        for (host, Host { commands, process, .. }) in self.hosts.iter().enumerate() {
            let here: Vec<_> = (0..groups.len()).filter(|at| hosts[*at] == host).collect();
            if here.is_empty() {
                continue;
            }
            let keys: Vec<_> = here.iter().map(|at| self.keys(host, &groups[*at]).newest).collect();
            let mut connection = self.connection(host)?;
            let id = process.id();
            let query = redis::cmd("MGET").arg(keys).take();
            let found: Vec<Option<String>> =
                query.query_async(&mut connection).await.map_err(|fault| unavailable(commands, &fault))?;
            for (at, found) in here.into_iter().zip(found) {
                positions[at] = found.and_then(|found| newest_of(&found, &id));
            }
        }
        Ok(positions)
    }

    /// Decodes stored messages, the newest last. Ends before the first one, from the newest on, that is expired or unusable.
    fn opened(&self, stored: Vec<Vec<u8>>, newest: Position, limits: &HistoryLimits) -> Vec<Message> {
        let now = self.config.clock.wall();
        let oldest = milliseconds(now).saturating_sub(limits.age.as_millis());
        let mut expected = Some(newest.offset);
        let open = |stored: Vec<u8>| {
            let stored = Bytes::from(stored);
            let time: u128 = std::str::from_utf8(stored.get(..TIME_DIGITS)?).ok()?.parse().ok()?;
            let message = Message::decode(self.codec.open(stored.slice(TIME_DIGITS..), now).ok()?).ok()?;
            let is_next = message.position() == expected.map(|offset| Position { offset, ..newest });
            expected = expected.and_then(|offset| offset.checked_sub(1));
            (time > oldest && is_next).then_some(message)
        };
        let mut messages: Vec<_> = stored.into_iter().rev().map_while(open).collect();
        messages.reverse();
        messages
    }

    fn keys(&self, host: usize, group: &GroupName) -> Keys {
        let (tag, prefix) = (&self.hosts[host].tag, &self.config.prefix);
        Keys {
            newest: format!("{tag}{prefix}:position:{group}"),
            messages: format!("{tag}{prefix}:history:{group}"),
            groups: format!("{tag}{prefix}:histories"),
        }
    }

    async fn invoke<T: FromRedisValue>(
        &self,
        host: usize,
        mut connection: MultiplexedConnection,
        call: &ScriptInvocation<'_>,
    ) -> Result<T, LayerError> {
        script::invoke(&mut connection, call).await.map_err(|fault| unavailable(&self.hosts[host].commands, &fault))
    }
}

/// Parses the value of a key with a newest position. `None` if it was written to another process of the server.
fn newest_of(stored: &str, process: &str) -> Option<Position> {
    let mut words = stored.split(' ');
    let is_of_process = words.next()? == process;
    let epoch = u64::from_str_radix(words.next()?, 16).ok()?;
    let offset = words.next()?.parse().ok()?;
    is_of_process.then_some(Position { epoch, offset })
}

fn optional<T: FromRedisValue>(value: Option<Value>) -> Result<Option<T>, LayerError> {
    let convert = |value| redis::from_redis_value(value).map_err(|fault| LayerError::Unavailable(fault.to_string()));
    value.map(convert).transpose()
}

pub(crate) fn parsed(position: &str) -> Result<Position, LayerError> {
    Position::parse(position).map_err(|fault| LayerError::Unavailable(fault.to_string()))
}

fn unsendable(fault: impl std::fmt::Display) -> LayerError {
    LayerError::Unsendable(fault.to_string())
}

fn unavailable(commands: &Link, fault: &redis::RedisError) -> LayerError {
    commands.report_fault(fault);
    LayerError::Unavailable(error_text(fault))
}

fn milliseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}
