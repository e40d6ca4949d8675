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
use redis::{Script, ScriptInvocation};

use super::{
    dead_members::DeadMembers,
    members::is_ours,
    scripts,
    stamp::{Stamp, Stamps},
};
use crate::{
    codec::Codec, envelope, fault::error_text, history::Histories, link::Link, ring::host_of, script,
    subscriptions::Subscriptions,
};

/// The largest number and size of payloads in one command. The next command has the rest.
const BATCH: usize = 500;
const BATCH_BYTES: usize = 8 << 20;

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
    pub(super) put_kept: Script,
    pub(super) histories: Histories,
}

/// A payload for one key.
pub(super) struct Entry {
    key: String,
    pub(super) payload: Vec<u8>,
    capacity: usize,
}

/// The result of a put.
#[derive(Default)]
pub(super) struct Outcome {
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
pub(super) type Put = (Vec<usize>, Vec<(usize, String)>, Vec<usize>, Vec<String>);

impl Sender {
    pub(super) fn new(
        registry: Arc<Registry>,
        codec: Arc<Codec>,
        hosts: Vec<Host>,
        own_key: String,
        histories: Histories,
    ) -> Self {
        let dead_members = DeadMembers::new(registry.config().expiry);
        let (stamps, next_host) = (Stamps::default(), AtomicUsize::new(0));
        let (put, put_kept) = (scripts::put(), scripts::put_kept());
        Self { hosts, registry, codec, own_key, stamps, next_host, dead_members, put, put_kept, histories }
    }

    pub(super) fn prefix(&self) -> &str {
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
        if let Some(limits) = self.histories.limits_of(group) {
            return self.group_send_kept(group, limits, message).await;
        }
        let members = self.members(group).await?;
        let by_key = by_key(&members.names);
        let mut sending = Sending::default();
        for (index, _) in self.hosts.iter().enumerate() {
            let here: Vec<_> = by_key.iter().filter(|(key, _)| host_of(key, self.hosts.len()) == index).collect();
            for batch in self.batches(&here, |names| Ok(envelope::with_recipients(message.encoded(), names)))? {
                sending.add(self.put(index, &batch.entries).await, &batch);
            }
        }
        self.finish(group, sending).await
    }

    /// Counts what was refused, and removes dead members.
    pub(super) async fn finish(&self, group: &GroupName, sending: Sending<'_>) -> Result<Receipt, LayerError> {
        let Sending { receipt, gone, failed, reason } = sending;
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

    pub(super) async fn members(&self, group: &GroupName) -> Result<GroupMembers, LayerError> {
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
        Ok(GroupMembers { names, count: members.len() })
    }

    pub(super) async fn put(&self, host: usize, entries: &[Entry]) -> Result<Outcome, LayerError> {
        let host = &self.hosts[host];
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        let mut call = self.put.prepare_invoke();
        self.add_entries(&mut call, entries);
        let put = script::invoke(&mut connection, &call).await.map_err(|fault| unavailable(host, &fault))?;
        Ok(self.outcome(host, entries, put))
    }

    /// Adds the arguments of [`scripts::put`].
    pub(super) fn add_entries(&self, call: &mut ScriptInvocation<'_>, entries: &[Entry]) {
        let config = self.registry.config();
        let wall = config.clock.wall();
        call.arg(self.stamps.next(wall).to_string()).arg(Stamp::of(wall).before(config.expiry).to_string());
        call.arg(whole_seconds(config.expiry));
        for entry in entries {
            call.key(&entry.key).arg(&entry.payload).arg(entry.capacity);
        }
    }

    pub(super) fn outcome(&self, host: &Host, entries: &[Entry], (full, unread, broken, reason): Put) -> Outcome {
        let now = self.registry.config().clock.now();
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
        Outcome { full: at(full), stuck, broken: at(broken), reason: reason.into_iter().next() }
    }

    /// Removes dead processes from a group.
    async fn forget(&self, group: &GroupName, names: &[&str]) -> Result<(), LayerError> {
        let host = &self.hosts[host_of(group.as_str(), self.hosts.len())];
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        let remove = redis::cmd("ZREM").arg(group_key(self.prefix(), group.as_str())).arg(names).take();
        remove.exec_async(&mut connection).await.map_err(|fault| unavailable(host, &fault))
    }

    /// Divides the payloads for `keys` into commands. `message_for` encodes the message for the members under one key.
    pub(super) fn batches<'a>(
        &self,
        keys: &[(&&str, &'a Vec<&'a str>)],
        message_for: impl Fn(&[&str]) -> Result<Vec<u8>, LayerError>,
    ) -> Result<Vec<Batch<'a>>, LayerError> {
        let mut batches: Vec<Batch<'a>> = Vec::new();
        for (key, names) in keys {
            let payload = self.seal(&message_for(names)?)?;
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

/// The members of a group.
pub(super) struct GroupMembers {
    pub(super) names: Vec<String>,
    /// The number of members, also of those that are no channel names.
    pub(super) count: usize,
}

/// Sorts members by the key of their process.
pub(super) fn by_key(names: &[String]) -> BTreeMap<&str, Vec<&str>> {
    let mut by_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in names {
        let non_local = name.find('!').map_or(name.as_str(), |at| &name[..=at]);
        by_key.entry(non_local).or_default().push(name);
    }
    by_key
}

/// One message on its way to the members of a group.
#[derive(Default)]
pub(super) struct Sending<'a> {
    receipt: Receipt,
    /// Members that are dead processes.
    gone: Vec<&'a str>,
    /// The first failed command.
    failed: Option<LayerError>,
    /// Redis' error for the first unusable key.
    reason: Option<String>,
}

impl<'a> Sending<'a> {
    /// Adds the result of one command.
    pub(super) fn add(&mut self, put: Result<Outcome, LayerError>, batch: &Batch<'a>) {
        match put {
            Ok(outcome) => {
                let unsent = outcome.full.len() + outcome.broken.len();
                self.receipt.reached += batch.entries.len() - unsent;
                self.receipt.dropped += unsent;
                self.reason = self.reason.take().or(outcome.reason);
                self.gone.extend(outcome.stuck.iter().flat_map(|at| batch.names[*at]).copied().filter(|name| is_ours(name)));
            }
            // Keep delivering to the other hosts.
            Err(fault) => self.failed = self.failed.take().or(Some(fault)),
        }
    }
}

/// The content of one command, with the members of each entry.
#[derive(Default)]
pub(super) struct Batch<'a> {
    pub(super) entries: Vec<Entry>,
    names: Vec<&'a Vec<&'a str>>,
    bytes: usize,
}

pub(super) fn unavailable(host: &Host, fault: &redis::RedisError) -> LayerError {
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
