//! Sends to the key of a channel, or to the key of each process that is a member of a group.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use catamaran::{ChannelName, GroupName, LayerError, LogThrottle, Message, Receipt, Registry};
use redis::{ErrorKind, RedisResult, Script, ServerErrorKind};

use super::{
    dead_members::DeadMembers,
    members::is_ours,
    scripts,
    stamp::{Stamp, Stamps},
};
use crate::{codec::Codec, envelope, fault::error_text, link::Link, ring::host_of, subscriptions::Subscriptions};

/// The largest number and size of payloads in one command. The next command has the rest.
const BATCH: usize = 500;
const BATCH_BYTES: usize = 8 << 20;
/// How often a script is called again if another client flushes it.
const CALLS: usize = 5;

/// The connections and subscriptions of one Redis.
pub(super) struct Host {
    pub(super) commands: Arc<Link>,
    pub(super) reader: Arc<Link>,
    pub(super) subscriptions: Arc<Subscriptions>,
}

pub(super) struct Sender {
    pub(super) hosts: Vec<Host>,
    registry: Arc<Registry>,
    codec: Arc<Codec>,
    own_key: String,
    stamps: Stamps,
    next_host: AtomicUsize,
    dead_members: DeadMembers,
    put: Script,
}

/// A payload for one key.
struct Entry {
    key: String,
    payload: Vec<u8>,
    capacity: usize,
}

/// The result of a put.
#[derive(Default)]
struct Outcome {
    /// Indexes of entries whose key is full.
    full: Vec<usize>,
    /// Indexes of entries whose key was not read for long.
    stuck: Vec<usize>,
    /// Indexes of entries whose key is unusable.
    broken: Vec<usize>,
    /// Redis' error for the first of those.
    reason: Option<String>,
}

/// The script's result; see [`scripts::put`].
type Put = (Vec<usize>, Vec<(usize, String)>, Vec<usize>, Vec<String>);

impl Sender {
    pub(super) fn new(registry: Arc<Registry>, codec: Arc<Codec>, hosts: Vec<Host>, own_key: String) -> Self {
        let dead_members = DeadMembers::new(registry.config().expiry);
        let (stamps, next_host) = (Stamps::default(), AtomicUsize::new(0));
        Self { hosts, registry, codec, own_key, stamps, next_host, dead_members, put: scripts::put() }
    }

    fn prefix(&self) -> &str {
        &self.registry.config().prefix
    }

    /// Sends to one channel.
    pub(super) async fn send(&self, channel: &ChannelName, message: &Message) -> Result<(), LayerError> {
        let (host, payload) = match channel.is_general() {
            true => (self.host_in_turn(), self.seal(message.encoded())?),
            // Unlike upstream, which takes the host from the full name, where no receiver reads.
            false => {
                let addressed = envelope::with_recipient(message.encoded(), channel.as_str());
                (host_of(channel.non_local(), self.hosts.len()), self.seal(&addressed)?)
            }
        };
        let capacity = self.registry.config().capacity_of(channel);
        let entry = Entry { key: format!("{}{}", self.prefix(), channel.non_local()), payload, capacity };
        let outcome = self.put(host, &[entry]).await?;
        if let Some(reason) = outcome.reason {
            return Err(LayerError::Unavailable(reason));
        }
        match outcome.full.is_empty() {
            true => Ok(()),
            false => {
                self.registry.count_refused(channel.as_str(), 1);
                Err(LayerError::Full { channel: channel.clone(), capacity })
            }
        }
    }

    /// Returns the hosts in turn, like upstream's senders and readers of general channels. Skips hosts that are down.
    fn host_in_turn(&self) -> usize {
        let first = self.next_host.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..self.hosts.len()).map(|further| (first + further) % self.hosts.len());
        let is_up = |host: &usize| self.hosts[*host].commands.connection().is_ok();
        in_turn.clone().find(is_up).unwrap_or(first % self.hosts.len())
    }

    /// Sends to the members of a group: one message for each process, however many of its channels are members.
    pub(super) async fn group_send(&self, group: &GroupName, message: &Message) -> Result<Receipt, LayerError> {
        let members = self.members(group).await?;
        let mut by_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in &members {
            let non_local = name.find('!').map_or(name.as_str(), |at| &name[..=at]);
            by_key.entry(non_local).or_default().push(name);
        }
        let mut receipt = Receipt::default();
        let mut gone = Vec::new();
        let (mut failed, mut reason) = (None, None);
        for (index, _) in self.hosts.iter().enumerate() {
            let here: Vec<_> = by_key.iter().filter(|(key, _)| host_of(key, self.hosts.len()) == index).collect();
            for batch in self.batches(&here, message)? {
                match self.put(index, &batch.entries).await {
                    Ok(outcome) => {
                        receipt.reached += batch.entries.len() - outcome.full.len() - outcome.broken.len();
                        receipt.dropped += outcome.full.len() + outcome.broken.len();
                        reason = reason.or(outcome.reason);
                        gone.extend(outcome.stuck.iter().flat_map(|at| batch.names[*at]).copied().filter(|name| is_ours(name)));
                    }
                    // Keep delivering to the other hosts.
                    Err(fault) => failed = failed.or(Some(fault)),
                }
            }
        }
        if receipt.dropped > 0 {
            self.registry.count_refused(group.as_str(), receipt.dropped);
        }
        if !gone.is_empty() {
            self.forget(group, &gone).await?;
        }
        // One unusable key must not fail the send. If all keys are unusable, the fault is not a member's.
        match reason {
            Some(reason) if receipt.reached == 0 && failed.is_none() => Err(LayerError::Unavailable(reason)),
            Some(reason) => {
                unusable(group.as_str(), &reason);
                failed.map_or(Ok(receipt), Err)
            }
            None => failed.map_or(Ok(receipt), Err),
        }
    }

    /// Deletes the messages that this process has not read.
    pub(super) async fn forget_unread(&self) -> Result<(), LayerError> {
        let mut outcome = Ok(());
        for host in &self.hosts {
            outcome = outcome.and(self.forget_unread_of(host).await);
        }
        outcome
    }

    async fn forget_unread_of(&self, host: &Host) -> Result<(), LayerError> {
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        // Not DEL: a user may have rights for sorted sets only.
        let delete = redis::cmd("ZREMRANGEBYRANK").arg(&self.own_key).arg(0).arg(-1).take();
        delete.exec_async(&mut connection).await.map_err(|fault| unavailable(host, &fault))
    }

    async fn members(&self, group: &GroupName) -> Result<Vec<String>, LayerError> {
        let config = self.registry.config();
        let host = &self.hosts[host_of(group.as_str(), self.hosts.len())];
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        let key = group_key(&config.prefix, group.as_str());
        let oldest = Stamp::of(config.clock.wall()).before(config.group_expiry);
        let mut pipe = redis::pipe();
        pipe.cmd("ZREMRANGEBYSCORE").arg(&key).arg(0).arg(oldest.to_string()).ignore();
        pipe.cmd("ZRANGE").arg(&key).arg(0).arg(-1);
        let (members,): (Vec<Vec<u8>>,) = pipe.query_async(&mut connection).await.map_err(|fault| unavailable(host, &fault))?;
        let name = |bytes: &Vec<u8>| ChannelName::parse(std::str::from_utf8(bytes).ok()?).ok();
        let names: Vec<_> = members.iter().filter_map(name).map(|name| name.as_str().to_owned()).collect();
        if names.len() < members.len() {
            unusable(group.as_str(), "a member that is not a channel name");
        }
        Ok(names)
    }

    async fn put(&self, host: usize, entries: &[Entry]) -> Result<Outcome, LayerError> {
        let config = self.registry.config();
        let host = &self.hosts[host];
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        let (wall, now) = (config.clock.wall(), config.clock.now());
        let mut call = self.put.prepare_invoke();
        call.arg(self.stamps.next(wall).to_string()).arg(Stamp::of(wall).before(config.expiry).to_string());
        call.arg(whole_seconds(config.expiry));
        for entry in entries {
            call.key(&entry.key).arg(&entry.payload).arg(entry.capacity);
        }
        // The library loads an unknown script and calls it again. If it was flushed in between, it has not run.
        let mut called: RedisResult<Put> = call.invoke_async(&mut connection).await;
        for _ in 1..CALLS {
            match &called {
                Err(fault) if fault.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    called = call.invoke_async(&mut connection).await;
                }
                _ => break,
            }
        }
        let (full, unread, broken, reason) = called.map_err(|fault| unavailable(host, &fault))?;
        let at = |indexes: Vec<usize>| indexes.into_iter().map(|from_one| from_one - 1).collect();
        let unread: BTreeMap<_, _> = unread.into_iter().map(|(from_one, oldest)| (from_one - 1, oldest)).collect();
        let is_stuck = |(index, entry): (usize, &Entry)| {
            let oldest = unread.get(&index).map(String::as_str);
            self.dead_members.is_dead(&entry.key, oldest, now).then_some(index)
        };
        let stuck = entries.iter().enumerate().filter_map(is_stuck).collect();
        if let Some(reason) = reason.first() {
            host.commands.report_refusal(reason);
        }
        Ok(Outcome { full: at(full), stuck, broken: at(broken), reason: reason.into_iter().next() })
    }

    /// Removes dead processes from a group.
    async fn forget(&self, group: &GroupName, names: &[&str]) -> Result<(), LayerError> {
        let host = &self.hosts[host_of(group.as_str(), self.hosts.len())];
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        let remove = redis::cmd("ZREM").arg(group_key(self.prefix(), group.as_str())).arg(names).take();
        remove.exec_async(&mut connection).await.map_err(|fault| unavailable(host, &fault))
    }

    fn batches<'a>(&self, keys: &[(&&str, &'a Vec<&'a str>)], message: &Message) -> Result<Vec<Batch<'a>>, LayerError> {
        let mut batches: Vec<Batch<'a>> = Vec::new();
        for (key, names) in keys {
            let payload = self.seal(&envelope::with_recipients(message.encoded(), names))?;
            let capacity = self.registry.config().capacity_of_name(names.first().copied().unwrap_or_default());
            if batches.last().is_none_or(|last| last.entries.len() >= BATCH || last.bytes + payload.len() > BATCH_BYTES) {
                batches.push(Batch::default());
            }
            let last = batches.last_mut().expect("a batch was pushed if there was none");
            last.bytes += payload.len();
            last.entries.push(Entry { key: format!("{}{key}", self.prefix()), payload, capacity });
            last.names.push(names);
        }
        Ok(batches)
    }

    fn seal(&self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        let now = self.registry.config().clock.wall();
        self.codec.seal(message, now).map_err(|fault| LayerError::Unsendable(fault.to_string()))
    }
}

/// The content of one command, with the members of each entry.
#[derive(Default)]
struct Batch<'a> {
    entries: Vec<Entry>,
    names: Vec<&'a Vec<&'a str>>,
    bytes: usize,
}

fn unavailable(host: &Host, fault: &redis::RedisError) -> LayerError {
    host.commands.report_fault(fault);
    LayerError::Unavailable(error_text(fault))
}

/// Logs that a key or member of the layer has unexpected content.
fn unusable(to: &str, what: &str) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(more) = THROTTLE.pass() {
        log::error!("a member of {to} was skipped: {what}{more}");
    }
}

/// Returns the key of a group's members.
pub(super) fn group_key(prefix: &str, group: &str) -> String {
    format!("{prefix}:group:{group}")
}

/// Rounds for EXPIRE, which takes no fractions and deletes the key at 0.
pub(super) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().max(1)
}
