//! Sending: to the key of a channel, or to the key of each process that is a member of a group.

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
    ghosts::Ghosts,
    members::is_ours,
    scripts,
    stamp::{Stamp, Stamps},
};
use crate::{codec::Codec, envelope, fault::in_words, link::Link, ring::host_of, subscriptions::Subscriptions};

/// Payloads of one command to Redis: so many, and so many bytes. The next command has the rest.
const BATCH: usize = 500;
const BATCH_BYTES: usize = 8 << 20;
/// How often a script is called whose text somebody flushes again and again.
const CALLS: usize = 5;

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
    ghosts: Ghosts,
    put: Script,
}

/// A payload for one key.
struct Parcel {
    key: String,
    payload: Vec<u8>,
    capacity: usize,
}

/// What became of parcels.
#[derive(Default)]
struct Outcome {
    /// Indexes of those that found their key full.
    full: Vec<usize>,
    /// Indexes of those whose key nobody has read for long.
    stuck: Vec<usize>,
    /// Indexes of those whose key cannot be used, and what Redis says of the first.
    broken: Vec<usize>,
    said: Option<String>,
}

/// What the script returns: see [`scripts::put`].
type Put = (Vec<usize>, Vec<(usize, String)>, Vec<usize>, Vec<String>);

impl Sender {
    pub(super) fn new(registry: Arc<Registry>, codec: Arc<Codec>, hosts: Vec<Host>, own_key: String) -> Self {
        let ghosts = Ghosts::new(registry.config().expiry);
        let (stamps, next_host) = (Stamps::default(), AtomicUsize::new(0));
        Self { hosts, registry, codec, own_key, stamps, next_host, ghosts, put: scripts::put() }
    }

    fn prefix(&self) -> &str {
        &self.registry.config().prefix
    }

    /// Sends to one channel.
    pub(super) async fn send(&self, channel: &ChannelName, message: &Message) -> Result<(), LayerError> {
        let (host, payload) = match channel.is_general() {
            true => (self.host_in_turn(), self.seal(message.encoded())?),
            // Not as upstream, which takes the host from the full name, where nobody reads it.
            false => {
                let addressed = envelope::addressed(message.encoded(), channel.as_str());
                (host_of(channel.non_local(), self.hosts.len()), self.seal(&addressed)?)
            }
        };
        let capacity = self.registry.config().capacity_of(channel);
        let parcel = Parcel { key: format!("{}{}", self.prefix(), channel.non_local()), payload, capacity };
        let outcome = self.put(host, &[parcel]).await?;
        if let Some(said) = outcome.said {
            return Err(LayerError::Unavailable(said));
        }
        match outcome.full.is_empty() {
            true => Ok(()),
            false => {
                self.registry.count_refused(channel.as_str(), 1);
                Err(LayerError::Full { channel: channel.clone(), capacity })
            }
        }
    }

    /// As upstream senders and readers of general channels go round the hosts; one that is away is passed over.
    fn host_in_turn(&self) -> usize {
        let first = self.next_host.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..self.hosts.len()).map(|further| (first + further) % self.hosts.len());
        let is_up = |host: &usize| self.hosts[*host].commands.connection().is_ok();
        in_turn.clone().find(is_up).unwrap_or(first % self.hosts.len())
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
        let (mut failed, mut said) = (None, None);
        for (index, _) in self.hosts.iter().enumerate() {
            let here: Vec<_> = by_key.iter().filter(|(key, _)| host_of(key, self.hosts.len()) == index).collect();
            for batch in self.batches(&here, message)? {
                match self.put(index, &batch.parcels).await {
                    Ok(outcome) => {
                        receipt.reached += batch.parcels.len() - outcome.full.len() - outcome.broken.len();
                        receipt.dropped += outcome.full.len() + outcome.broken.len();
                        said = said.or(outcome.said);
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
        // One key that cannot be used keeps nobody else from the message; where it is all of them, the fault is not a member's.
        match said {
            Some(said) if receipt.reached == 0 && failed.is_none() => Err(LayerError::Unavailable(said)),
            Some(said) => {
                unusable(group.as_str(), &said);
                failed.map_or(Ok(receipt), Err)
            }
            None => failed.map_or(Ok(receipt), Err),
        }
    }

    /// Deletes what this process has not read yet.
    pub(super) async fn forget_unread(&self) -> Result<(), LayerError> {
        let mut outcome = Ok(());
        for host in &self.hosts {
            outcome = outcome.and(self.forget_unread_of(host).await);
        }
        outcome
    }

    async fn forget_unread_of(&self, host: &Host) -> Result<(), LayerError> {
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        // Not DEL, which a user who may do sorted sets alone may not.
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
            unusable(group.as_str(), "a member that is no channel's name");
        }
        Ok(names)
    }

    async fn put(&self, host: usize, parcels: &[Parcel]) -> Result<Outcome, LayerError> {
        let config = self.registry.config();
        let host = &self.hosts[host];
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        let (wall, now) = (config.clock.wall(), config.clock.now());
        let mut call = self.put.prepare_invoke();
        call.arg(self.stamps.next(wall).to_string()).arg(Stamp::of(wall).before(config.expiry).to_string());
        call.arg(whole_seconds(config.expiry));
        for parcel in parcels {
            call.key(&parcel.key).arg(&parcel.payload).arg(parcel.capacity);
        }
        // The library loads a script that Redis does not know and calls it again; one that was flushed in between has not run either.
        let mut called: RedisResult<Put> = call.invoke_async(&mut connection).await;
        for _ in 1..CALLS {
            match &called {
                Err(fault) if fault.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    called = call.invoke_async(&mut connection).await;
                }
                _ => break,
            }
        }
        let (full, unread, broken, said) = called.map_err(|fault| unavailable(host, &fault))?;
        let at = |indexes: Vec<usize>| indexes.into_iter().map(|from_one| from_one - 1).collect();
        let unread: BTreeMap<_, _> = unread.into_iter().map(|(from_one, oldest)| (from_one - 1, oldest)).collect();
        let is_stuck = |(index, parcel): (usize, &Parcel)| {
            let oldest = unread.get(&index).map(String::as_str);
            self.ghosts.is_one(&parcel.key, oldest, now).then_some(index)
        };
        let stuck = parcels.iter().enumerate().filter_map(is_stuck).collect();
        if let Some(said) = said.first() {
            host.commands.suspect_words(said);
        }
        Ok(Outcome { full: at(full), stuck, broken: at(broken), said: said.into_iter().next() })
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

/// Something under a name of ours is not ours.
fn unusable(to: &str, what: &str) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(more) = THROTTLE.pass() {
        log::error!("a member of {to} was passed over: {what}{more}");
    }
}

/// Where a group's members stand.
pub(super) fn group_key(prefix: &str, group: &str) -> String {
    format!("{prefix}:group:{group}")
}

/// For EXPIRE, which takes no fractions and where 0 deletes.
pub(super) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().max(1)
}
