//! Sending: to the key of a channel, or to the key of each process that is a member of a group.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use channels::{ChannelName, GroupName, LayerError, Message, Receipt, Registry};
use redis::Script;

use super::{
    members::is_ours,
    scripts,
    stamp::{Stamp, Stamps},
};
use crate::{codec::Codec, envelope, fault::in_words, link::Link, ring::host_of, subscriptions::Subscriptions};

/// A process of ours that has not read a message for so long is gone: it is no member any more.
const STUCK: Duration = Duration::from_secs(30);
/// Payloads of one command to Redis: so many, and so many bytes. The next command has the rest.
const BATCH: usize = 500;
const BATCH_BYTES: usize = 8 << 20;

/// One Redis of those that share the names.
pub(super) struct Host {
    pub(super) commands: Arc<Link>,
    pub(super) reader: Arc<Link>,
    pub(super) memberships: Arc<Subscriptions>,
}

pub(super) struct Sender {
    pub(super) hosts: Vec<Host>,
    registry: Arc<Registry>,
    codec: Arc<Codec>,
    own_key: String,
    stamps: Stamps,
    next_host: AtomicUsize,
    put: Script,
}

/// A payload for one key.
struct Parcel {
    key: String,
    payload: Vec<u8>,
    capacity: usize,
}

/// What became of parcels: indexes of those that found their key full, and of those whose key nobody reads.
#[derive(Default)]
struct Outcome {
    full: Vec<usize>,
    stuck: Vec<usize>,
}

impl Sender {
    pub(super) fn new(registry: Arc<Registry>, codec: Arc<Codec>, hosts: Vec<Host>, own_key: String) -> Self {
        let (stamps, next_host) = (Stamps::default(), AtomicUsize::new(0));
        Self { hosts, registry, codec, own_key, stamps, next_host, put: scripts::put() }
    }

    fn prefix(&self) -> &str {
        &self.registry.config().prefix
    }

    /// Sends to one channel.
    pub(super) async fn send(&self, channel: &ChannelName, message: &Message) -> Result<(), LayerError> {
        let (host, payload) = match channel.is_general() {
            // As upstream: senders and readers go round.
            true => (self.next_host.fetch_add(1, Ordering::Relaxed) % self.hosts.len(), self.seal(message.encoded())?),
            // Not as upstream, which takes the host from the full name, where nobody reads it.
            false => {
                let addressed = envelope::addressed(message.encoded(), channel.as_str());
                (host_of(channel.non_local(), self.hosts.len()), self.seal(&addressed)?)
            }
        };
        let capacity = self.registry.config().capacity_of(channel);
        let parcel = Parcel { key: format!("{}{}", self.prefix(), channel.non_local()), payload, capacity };
        match self.put(host, &[parcel]).await?.full.is_empty() {
            true => Ok(()),
            false => {
                self.registry.count_refused(channel.as_str(), 1);
                Err(LayerError::Full { channel: channel.clone(), capacity })
            }
        }
    }

    /// Sends to the members of a group: one message for each process, whatever the number of its members.
    pub(super) async fn group_send(&self, group: &GroupName, message: &Message) -> Result<Receipt, LayerError> {
        let members = self.members(group).await?;
        let mut by_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in &members {
            let non_local = name.find('!').map_or(name.as_str(), |at| &name[..=at]);
            by_key.entry(non_local).or_default().push(name);
        }
        let mut receipt = Receipt::default();
        let mut gone = Vec::new();
        let mut failed = None;
        for (index, _) in self.hosts.iter().enumerate() {
            let here: Vec<_> = by_key.iter().filter(|(key, _)| host_of(key, self.hosts.len()) == index).collect();
            for batch in self.batches(&here, message)? {
                match self.put(index, &batch.parcels).await {
                    Ok(outcome) => {
                        receipt.reached += batch.parcels.len() - outcome.full.len();
                        receipt.dropped += outcome.full.len();
                        gone.extend(outcome.stuck.iter().flat_map(|at| batch.names[*at]).copied().filter(|name| is_ours(name)));
                    }
                    // Who is read from on another host has done nothing wrong.
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
        failed.map_or(Ok(receipt), Err)
    }

    /// Deletes what this process has not read yet.
    pub(super) async fn forget_unread(&self) -> Result<(), LayerError> {
        for host in &self.hosts {
            let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
            let delete = redis::cmd("DEL").arg(&self.own_key).take();
            delete.exec_async(&mut connection).await.map_err(|fault| unavailable(host, &fault))?;
        }
        Ok(())
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
        let (members,): (Vec<String>,) = pipe.query_async(&mut connection).await.map_err(|fault| unavailable(host, &fault))?;
        Ok(members)
    }

    async fn put(&self, host: usize, parcels: &[Parcel]) -> Result<Outcome, LayerError> {
        let config = self.registry.config();
        let host = &self.hosts[host];
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        let now = self.stamps.next(config.clock.wall());
        let mut call = self.put.prepare_invoke();
        call.arg(now.to_string()).arg(now.before(config.expiry).to_string());
        call.arg(whole_seconds(config.expiry)).arg(now.before(STUCK).to_string());
        for parcel in parcels {
            call.key(&parcel.key).arg(&parcel.payload).arg(parcel.capacity);
        }
        let (full, stuck): (Vec<usize>, Vec<usize>) =
            call.invoke_async(&mut connection).await.map_err(|fault| unavailable(host, &fault))?;
        let at = |indexes: Vec<usize>| indexes.into_iter().map(|from_one| from_one - 1).collect();
        Ok(Outcome { full: at(full), stuck: at(stuck) })
    }

    /// These processes are gone.
    async fn forget(&self, group: &GroupName, names: &[&str]) -> Result<(), LayerError> {
        let host = &self.hosts[host_of(group.as_str(), self.hosts.len())];
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        let remove = redis::cmd("ZREM").arg(group_key(self.prefix(), group.as_str())).arg(names).take();
        remove.exec_async(&mut connection).await.map_err(|fault| unavailable(host, &fault))
    }

    fn batches<'a>(&self, keys: &[(&&str, &'a Vec<&'a str>)], message: &Message) -> Result<Vec<Batch<'a>>, LayerError> {
        let mut batches: Vec<Batch<'a>> = Vec::new();
        for (key, names) in keys {
            let payload = self.seal(&envelope::addressed_to_all(message.encoded(), names))?;
            let capacity = self.registry.config().capacity_of_name(names.first().copied().unwrap_or_default());
            if batches.last().is_none_or(|last| last.parcels.len() >= BATCH || last.bytes + payload.len() > BATCH_BYTES) {
                batches.push(Batch::default());
            }
            let last = batches.last_mut().expect("there is one: it was pushed where there was none");
            last.bytes += payload.len();
            last.parcels.push(Parcel { key: format!("{}{key}", self.prefix()), payload, capacity });
            last.names.push(names);
        }
        Ok(batches)
    }

    fn seal(&self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        let now = self.registry.config().clock.wall();
        self.codec.seal(message, now).map_err(|fault| LayerError::Unsendable(fault.to_string()))
    }
}

/// What goes to Redis in one command, with the members that each parcel is for.
#[derive(Default)]
struct Batch<'a> {
    parcels: Vec<Parcel>,
    names: Vec<&'a Vec<&'a str>>,
    bytes: usize,
}

fn unavailable(host: &Host, fault: &redis::RedisError) -> LayerError {
    host.commands.suspect(fault);
    LayerError::Unavailable(in_words(fault))
}

/// Where a group's members stand.
pub(super) fn group_key(prefix: &str, group: &str) -> String {
    format!("{prefix}:group:{group}")
}

/// For EXPIRE, which takes no fractions and where 0 deletes.
pub(super) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().max(1)
}
