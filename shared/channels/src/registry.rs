//! The readers and group members of one process: the half of every layer that needs no backend.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use crate::{
    ChannelName, ChannelOptions, Delivery, GapReason, GroupName, LayerConfig, LayerError, LogThrottle, MAX_NAME_LENGTH, Message,
    Receipt, Receiver, Target,
    queue::{Bounds, Full, Queue},
};

/// Observes when a group gets its first member in this process and loses its last, so that a backend can subscribe and unsubscribe.
/// Calls come in the order of the changes, under a lock: an implementation must only record them and return.
pub trait GroupWatcher: Send + Sync + 'static {
    /// The group got its first member in this process.
    fn first_joined(&self, group: &GroupName);
    /// The group lost its last member in this process.
    fn last_left(&self, group: &GroupName);
    /// A channel of this process has become reachable. Called without a lock.
    fn opened(&self, channel: &ChannelName) {
        let _ = channel;
    }
    /// A channel of this process is no longer reachable. Called without a lock.
    fn closed(&self, channel: &ChannelName) {
        let _ = channel;
    }
}

/// For a layer within one process, which has no subscriptions.
impl GroupWatcher for () {
    fn first_joined(&self, _: &GroupName) {}
    fn last_left(&self, _: &GroupName) {}
}

/// Counters of the messages in this process since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LayerStats {
    /// Messages put into a receiver's queue.
    pub delivered: u64,
    /// Messages dropped because a receiver's queue was full.
    pub dropped: u64,
    /// Payloads from the backend that could not be decoded.
    pub undecodable: u64,
    /// Messages not sent because the target process or general channel was at its capacity.
    pub refused: u64,
    /// Messages that arrived, or were read, after the expiry.
    pub expired: u64,
}

/// The maps are split into this many shards, each with its own lock, so that groups do not wait for each other.
const SHARDS: usize = 64;

/// The members, receivers and addresses of one process. For authors of layers.
pub struct Registry {
    config: LayerConfig,
    prefix: String,
    next: AtomicU64,
    hasher: RandomState,
    mailboxes: Vec<RwLock<HashMap<ChannelName, Arc<Mailbox>>>>,
    groups: Vec<RwLock<HashMap<GroupName, Members>>>,
    watcher: Box<dyn GroupWatcher>,
    delivered: AtomicU64,
    dropped: AtomicU64,
    undecodable: AtomicU64,
    refused: AtomicU64,
    expired: AtomicU64,
}

type Members = HashMap<ChannelName, Member>;

struct Member {
    mailbox: Arc<Mailbox>,
    renewed: Instant,
    /// The latest join.
    join: Join,
    /// Whether any join has been confirmed.
    confirmed: bool,
}

/// One call of [`Registry::join`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Join(u64);

/// One receiver's queue and groups.
#[derive(Debug)]
pub(crate) struct Mailbox {
    name: ChannelName,
    queue: Queue,
    /// `None` after the receiver was dropped. Lock it before any shard of groups, never after.
    joined: Mutex<Option<HashSet<GroupName>>>,
}

impl Mailbox {
    pub(crate) fn name(&self) -> &ChannelName {
        &self.name
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    fn joined(&self) -> MutexGuard<'_, Option<HashSet<GroupName>>> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    /// Makes a registry whose channels are named `prefix` and a number. `prefix` ends in `!` and is unique to this process.
    pub fn new(config: LayerConfig, prefix: String, watcher: impl GroupWatcher) -> Arc<Self> {
        Arc::new(Self {
            config,
            prefix,
            next: AtomicU64::new(1),
            hasher: RandomState::new(),
            mailboxes: (0..SHARDS).map(|_| RwLock::default()).collect(),
            groups: (0..SHARDS).map(|_| RwLock::default()).collect(),
            watcher: Box::new(watcher),
            delivered: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            undecodable: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            expired: AtomicU64::new(0),
        })
    }

    /// The layer's settings.
    pub fn config(&self) -> &LayerConfig {
        &self.config
    }

    pub(crate) fn now(&self) -> Instant {
        self.config.clock.now()
    }

    /// Makes a channel.
    pub fn open(self: &Arc<Self>, options: &ChannelOptions) -> Receiver {
        let name = self.fresh_name();
        let bounds = Bounds {
            messages: options.capacity.unwrap_or_else(|| self.config.capacity_of(&name)),
            bytes: self.config.capacity_bytes,
            expiry: self.config.expiry,
        };
        let mailbox = Arc::new(Mailbox { name, queue: Queue::new(bounds), joined: Mutex::new(Some(HashSet::new())) });
        write(self.mailboxes_at(mailbox.name.as_str())).insert(mailbox.name.clone(), Arc::clone(&mailbox));
        self.watcher.opened(&mailbox.name);
        Receiver::new(mailbox, Arc::clone(self))
    }

    /// Makes `channel` a member of `group`, or renews its membership. Report the backend's answer to [`confirm`](Self::confirm) or
    /// [`undo`](Self::undo).
    ///
    /// # Errors
    /// [`LayerError::NoReceiver`] if the channel has no receiver in this process.
    pub fn join(&self, group: &GroupName, channel: &ChannelName) -> Result<Join, LayerError> {
        let gone = || LayerError::NoReceiver(channel.clone());
        let mailbox = read(self.mailboxes_at(channel.as_str())).get(channel).cloned().ok_or_else(gone)?;
        if mailbox.name != *channel {
            return Err(gone()); // it is an address, and only a receiver's own channel can join
        }
        let mut joined = mailbox.joined();
        joined.as_mut().ok_or_else(gone)?.insert(group.clone());
        let mut groups = write(self.groups_at(group.as_str()));
        let members = groups.entry(group.clone()).or_default();
        if members.is_empty() {
            self.watcher.first_joined(group);
        }
        let join = Join(self.next.fetch_add(1, Ordering::Relaxed));
        let confirmed = members.get(channel).is_some_and(|member| member.confirmed);
        members.insert(channel.clone(), Member { mailbox: Arc::clone(&mailbox), renewed: self.now(), join, confirmed });
        Ok(join)
    }

    /// Records that the backend knows the membership.
    pub fn confirm(&self, group: &GroupName, channel: &ChannelName) {
        if let Some(member) = write(self.groups_at(group.as_str())).get_mut(group).and_then(|members| members.get_mut(channel)) {
            member.confirmed = true;
        }
    }

    /// Removes the membership because the backend failed. Keeps it if an earlier join was confirmed or a later one is pending.
    pub fn undo(&self, group: &GroupName, channel: &ChannelName, join: Join) {
        let is_this = |member: &Member| member.join == join && !member.confirmed;
        if read(self.groups_at(group.as_str())).get(group).and_then(|members| members.get(channel)).is_some_and(is_this) {
            self.leave(group, channel);
        }
    }

    /// Ends a membership, if there is one.
    pub fn leave(&self, group: &GroupName, channel: &ChannelName) {
        let mailbox = read(self.mailboxes_at(channel.as_str())).get(channel).cloned();
        if let Some(mailbox) = mailbox {
            let mut joined = mailbox.joined();
            if let Some(joined) = joined.as_mut() {
                joined.remove(group);
            }
            self.remove_member(group, channel);
        }
    }

    fn remove_member(&self, group: &GroupName, channel: &ChannelName) {
        let mut groups = write(self.groups_at(group.as_str()));
        let Some(members) = groups.get_mut(group) else { return };
        if members.remove(channel).is_some() && members.is_empty() {
            groups.remove(group);
            self.watcher.last_left(group);
        }
    }

    pub(crate) fn close(&self, mailbox: &Mailbox) {
        write(self.mailboxes_at(mailbox.name.as_str())).remove(&mailbox.name);
        self.watcher.closed(&mailbox.name);
        let mut joined = mailbox.joined();
        for group in joined.take().into_iter().flatten() {
            self.remove_member(&group, &mailbox.name);
        }
        mailbox.queue.clear();
    }

    pub(crate) fn open_address(&self, mailbox: &Arc<Mailbox>) -> ChannelName {
        let name = self.fresh_name();
        write(self.mailboxes_at(name.as_str())).insert(name.clone(), Arc::clone(mailbox));
        self.watcher.opened(&name);
        name
    }

    pub(crate) fn close_address(&self, name: &ChannelName) {
        write(self.mailboxes_at(name.as_str())).remove(name);
        self.watcher.closed(name);
    }

    /// Queues `message` for the members of `group` in this process. A full member gets a gap instead.
    pub fn deliver_to_group(&self, group: &str, message: &Message) -> Receipt {
        let now = self.now();
        let mut receipt = Receipt::default();
        let mut expired = Vec::new();
        {
            let groups = read(self.groups_at(group));
            let Some((group, members)) = groups.get_key_value(group) else { return receipt };
            for (channel, member) in members {
                if now.duration_since(member.renewed) >= self.config.group_expiry {
                    expired.push((group.clone(), channel.clone()));
                } else if self.push(&member.mailbox, Target::Group(group.clone()), message, now) {
                    receipt.reached += 1;
                } else {
                    receipt.dropped += 1;
                    self.drop_one(&member.mailbox, group.as_str(), message);
                }
            }
        }
        for (group, channel) in expired {
            self.remove_member(&group, &channel);
        }
        receipt
    }

    /// Queues `message` for the reader of `channel`. Returns `Ok(false)` if this process has no reader of it.
    ///
    /// # Errors
    /// [`LayerError::Full`] if the reader's queue is full.
    pub fn deliver_to_channel(&self, channel: &str, message: &Message) -> Result<bool, LayerError> {
        let found = read(self.mailboxes_at(channel)).get_key_value(channel).map(|(name, m)| (name.clone(), Arc::clone(m)));
        let Some((name, mailbox)) = found else { return Ok(false) };
        if self.push(&mailbox, Target::Channel(name.clone()), message, self.now()) {
            return Ok(true);
        }
        Err(LayerError::Full { channel: name, capacity: mailbox.queue.capacity() })
    }

    /// Like [`deliver_to_channel`](Self::deliver_to_channel), for a layer that cannot report to the sender: a full reader gets a gap.
    pub fn deliver_late(&self, channel: &str, message: &Message) {
        if let Err(LayerError::Full { channel, .. }) = self.deliver_to_channel(channel, message)
            && let Some(mailbox) = read(self.mailboxes_at(channel.as_str())).get(&channel)
        {
            self.drop_one(mailbox, channel.as_str(), message);
        }
    }

    fn push(&self, mailbox: &Mailbox, to: Target, message: &Message, now: Instant) -> bool {
        let handed_over = mailbox.queue.push(Delivery { to, message: message.clone() }, now) != Err(Full);
        self.delivered.fetch_add(u64::from(handed_over), Ordering::Relaxed);
        handed_over
    }

    fn drop_one(&self, mailbox: &Mailbox, to: &str, message: &Message) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        static THROTTLE: LogThrottle = LogThrottle::new();
        if mailbox.queue.mark_gap(GapReason::Overflow, 1)
            && let Some(more) = THROTTLE.pass()
        {
            log::warn!("{} is over capacity: {message:?} for {to} was dropped{more}", mailbox.name);
        }
    }

    /// Counts a payload that could not be decoded. Logs its size and target, never its content.
    pub fn count_undecodable(&self, to: &str, bytes: usize, fault: &dyn std::fmt::Display) {
        static THROTTLE: LogThrottle = LogThrottle::new();
        self.undecodable.fetch_add(1, Ordering::Relaxed);
        if let Some(more) = THROTTLE.pass() {
            // A publisher chooses the name, so it may be long or hostile.
            let to: String = to.chars().take(MAX_NAME_LENGTH).collect();
            log::warn!("dropped a payload of {bytes} bytes for {}: {fault}{more}", to.escape_debug());
        }
    }

    /// Counts and logs a message that was not sent to `full` of the readers of `to` because they are at their capacity.
    pub fn count_refused(&self, to: &str, full: usize) {
        static THROTTLE: LogThrottle = LogThrottle::new();
        self.refused.fetch_add(full as u64, Ordering::Relaxed);
        if let Some(more) = THROTTLE.pass() {
            log::warn!("{full} reader(s) of {to} are at their capacity: a message was not sent to them{more}");
        }
    }

    /// Counts expired messages.
    pub fn count_expired(&self, messages: u64) {
        self.expired.fetch_add(messages, Ordering::Relaxed);
    }

    /// Marks a gap for every receiver.
    pub fn gap_for_all(&self, reason: GapReason) {
        for shard in &self.mailboxes {
            for (name, mailbox) in read(shard).iter() {
                if *name == mailbox.name {
                    mailbox.queue.mark_gap(reason, 0);
                }
            }
        }
    }

    /// Returns every reachable channel of this process.
    pub fn channels(&self) -> Vec<ChannelName> {
        self.mailboxes.iter().flat_map(|shard| read(shard).keys().cloned().collect::<Vec<_>>()).collect()
    }

    /// Every group with a member in this process.
    pub fn groups(&self) -> Vec<GroupName> {
        self.groups.iter().flat_map(|shard| read(shard).keys().cloned().collect::<Vec<_>>()).collect()
    }

    /// Removes every membership and every unread message.
    pub fn flush(&self) {
        let mailboxes: Vec<_> =
            self.mailboxes.iter().flat_map(|shard| read(shard).values().cloned().collect::<Vec<_>>()).collect();
        for mailbox in mailboxes {
            let mut joined = mailbox.joined();
            for group in joined.as_mut().map(std::mem::take).into_iter().flatten() {
                self.remove_member(&group, &mailbox.name);
            }
            mailbox.queue.clear();
        }
    }

    /// Returns the counters.
    pub fn stats(&self) -> LayerStats {
        LayerStats {
            delivered: self.delivered.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            undecodable: self.undecodable.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            expired: self.expired.load(Ordering::Relaxed),
        }
    }

    fn fresh_name(&self) -> ChannelName {
        let name = format!("{}{}", self.prefix, self.next.fetch_add(1, Ordering::Relaxed));
        ChannelName::parse(&name).expect("the prefix is valid and short, the rest are digits")
    }

    fn mailboxes_at(&self, name: &str) -> &RwLock<HashMap<ChannelName, Arc<Mailbox>>> {
        &self.mailboxes[self.shard(name)]
    }

    fn groups_at(&self, name: &str) -> &RwLock<HashMap<GroupName, Members>> {
        &self.groups[self.shard(name)]
    }

    fn shard(&self, name: &str) -> usize {
        (self.hasher.hash_one(name) % SHARDS as u64) as usize
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

// A panic elsewhere cannot break the maps: every change to them is a single step.
fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
