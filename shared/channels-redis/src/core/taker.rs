//! Takes messages out of general channels for those who wait.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use channels::{ChannelName, LogGate, Message, Registry};
use redis::{RedisError, Script, aio::MultiplexedConnection};
use tokio::time::Instant;

use super::{
    general::{Desks, Settled},
    scripts,
    sender::whole_seconds,
    stamp::Stamp,
};
use crate::{
    codec::Codec,
    envelope,
    fault::{LinkFault, in_words, is_refusal},
};

/// A message that is in flight at two looks so far apart, and not in this process's hands, is a dead reader's: it goes back.
const SWEEP: Duration = Duration::from_secs(2);

pub(super) struct Taker {
    host: usize,
    registry: Arc<Registry>,
    desks: Arc<Desks>,
    codec: Arc<Codec>,
    is_wanted: AtomicBool,
    looks: Mutex<Looks>,
    take: Script,
    give_back: Script,
}

/// The last looks: at what is new, and at what is in flight.
struct Looks {
    at: Instant,
    swept: Instant,
    strays: HashMap<ChannelName, HashSet<Vec<u8>>>,
}

impl Looks {
    /// Remembers what is in flight now, and returns what was at the last look.
    fn see(&mut self, channel: &ChannelName, in_flight: &HashSet<Vec<u8>>) -> HashSet<Vec<u8>> {
        let before = self.strays.remove(channel).unwrap_or_default();
        if !in_flight.is_empty() {
            self.strays.insert(channel.clone(), in_flight.clone());
        }
        before
    }
}

/// Did Redis refuse it? Then it is tried again later; one channel that cannot be used (since somebody keeps another kind of value under
/// its name, say) is nothing to the others.
fn is_refused(outcome: Result<(), RedisError>) -> Result<bool, LinkFault> {
    static GATE: LogGate = LogGate::new();
    match outcome {
        Ok(()) => Ok(false),
        Err(fault) if is_refusal(&fault) => {
            if let Some(more) = GATE.pass() {
                log::error!("Redis refuses to give from general channels: {}; trying again{more}", in_words(&fault));
            }
            Ok(true)
        }
        Err(fault) => Err(fault.into()),
    }
}

impl Taker {
    pub(super) fn new(host: usize, registry: Arc<Registry>, desks: Arc<Desks>, codec: Arc<Codec>) -> Self {
        let now = Instant::now();
        let looks = Mutex::new(Looks { at: now, swept: now, strays: HashMap::new() });
        let (take, give_back) = (scripts::take(), scripts::give_back());
        Self { host, registry, desks, codec, is_wanted: AtomicBool::new(false), looks, take, give_back }
    }

    /// Did anybody wait when this was last served, or is there something to be tried again?
    pub(super) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::Relaxed)
    }

    /// When to look again unasked: so long after the last time, or when those in flight are to be looked at. A point in time, so that
    /// whoever waits for it may begin anew.
    pub(super) fn next_look(&self, every: Duration) -> Instant {
        let looks = self.looks();
        let next = looks.at + every;
        // Overdue at the last look already: then it was not wanted.
        if looks.swept + SWEEP <= looks.at { next } else { next.min(looks.swept + SWEEP) }
    }

    /// Tells Redis what was delivered, and takes what is waited for. `is_told`: Redis tells when a channel is asked to be watched.
    pub(super) async fn serve(&self, mut connection: MultiplexedConnection, is_told: bool) -> Result<(), LinkFault> {
        let demand = self.desks.demand();
        let sweeps = self.look(!demand.is_empty());
        let mut is_refused_some = self.settle(&mut connection).await?;
        for (channel, waiting) in &demand {
            is_refused_some |= is_refused(self.take(&mut connection, channel, *waiting, is_told).await)?;
        }
        for (channel, _) in demand.iter().filter(|_| sweeps) {
            is_refused(self.sweep(&mut connection, channel).await)?;
        }
        self.is_wanted.store(is_refused_some || !demand.is_empty(), Ordering::Relaxed);
        Ok(())
    }

    /// What was delivered is forgotten, what was not goes back. `true` where Redis refused some of it.
    async fn settle(&self, connection: &mut MultiplexedConnection) -> Result<bool, LinkFault> {
        let mut settled = self.desks.settled(self.host).into_iter();
        let mut refused = Vec::new();
        while let Some(one) = settled.next() {
            match is_refused(self.settle_one(connection, &one).await) {
                Ok(false) => self.desks.done(self.host, &one),
                Ok(true) => refused.push(one),
                Err(fault) => {
                    self.desks.unsettled(self.host, refused.into_iter().chain([one]).chain(settled));
                    return Err(fault);
                }
            }
        }
        let is_refused_some = !refused.is_empty();
        self.desks.unsettled(self.host, refused.into_iter());
        Ok(is_refused_some)
    }

    async fn settle_one(&self, connection: &mut MultiplexedConnection, one: &Settled) -> Result<(), RedisError> {
        match one.delivered {
            true => redis::cmd("ZREM").arg(self.in_flight(&one.channel)).arg(&one.payload).exec_async(connection).await,
            false => self.give_back(connection, &one.channel, std::iter::once(&one.payload)).await,
        }
    }

    /// Until nobody waits any more, or nothing is there.
    async fn take(
        &self,
        connection: &mut MultiplexedConnection,
        channel: &ChannelName,
        waiting: usize,
        is_told: bool,
    ) -> Result<(), RedisError> {
        let expiry = whole_seconds(self.registry.config().expiry);
        loop {
            let mut take = self.take.prepare_invoke();
            take.key(self.key(channel)).key(self.in_flight(channel)).arg(waiting).arg(expiry);
            let taken: Vec<(Vec<u8>, f64)> = take.invoke_async(connection).await?;
            let handed_over = taken.into_iter().filter(|(payload, sent)| self.hand_over(channel, payload, *sent)).count();
            if handed_over >= waiting {
                return Ok(());
            }
            // Asked last, and by itself: from now on Redis tells when there is more. It watches no other key for us, of all that we read.
            let mut look = redis::pipe();
            if is_told {
                look.cmd("CLIENT").arg("CACHING").arg("YES").ignore();
            }
            look.cmd("ZCARD").arg(self.key(channel));
            let (left,): (usize,) = look.query_async(connection).await?;
            if left == 0 {
                return Ok(());
            }
        }
    }

    /// `false` where it was no message for anybody.
    fn hand_over(&self, channel: &ChannelName, payload: &[u8], sent: f64) -> bool {
        let config = self.registry.config();
        let refused = match sent <= Stamp::of(config.clock.wall()).before(config.expiry).seconds() {
            true => {
                self.registry.count_expired(1);
                None
            }
            false => match self.open(payload) {
                Ok(message) => {
                    self.desks.hand_over(self.host, channel, payload.to_vec(), message);
                    return true;
                }
                Err(fault) => Some(fault),
            },
        };
        if let Some(fault) = refused {
            self.registry.count_undecodable(channel.as_str(), payload.len(), &fault);
        }
        self.desks.settle(self.host, Settled { channel: channel.clone(), payload: payload.to_vec(), delivered: true });
        false
    }

    fn open(&self, payload: &[u8]) -> Result<Message, String> {
        let now = self.registry.config().clock.wall();
        let bytes = self.codec.open(Bytes::copy_from_slice(payload), now).map_err(|fault| fault.to_string())?;
        let (_, bytes) = envelope::opened(bytes).map_err(|fault| fault.to_string())?;
        Message::decode(bytes).map_err(|fault| fault.to_string())
    }

    /// Puts back what a dead reader took.
    async fn sweep(&self, connection: &mut MultiplexedConnection, channel: &ChannelName) -> Result<(), RedisError> {
        let command = redis::cmd("ZRANGE").arg(self.in_flight(channel)).arg(0).arg(-1).take();
        let mut in_flight: HashSet<Vec<u8>> = command.query_async(connection).await?;
        in_flight.retain(|payload| !self.desks.holds(self.host, payload));
        let before = self.looks().see(channel, &in_flight);
        let mut dead = before.intersection(&in_flight).peekable();
        if dead.peek().is_some() {
            self.give_back(connection, channel, dead).await?;
            self.desks.wake(self.host);
        }
        Ok(())
    }

    async fn give_back(
        &self,
        connection: &mut MultiplexedConnection,
        channel: &ChannelName,
        payloads: impl Iterator<Item = &Vec<u8>>,
    ) -> Result<(), RedisError> {
        let mut give_back = self.give_back.prepare_invoke();
        give_back.key(self.key(channel)).key(self.in_flight(channel)).arg(whole_seconds(self.registry.config().expiry));
        for payload in payloads {
            give_back.arg(payload);
        }
        give_back.invoke_async::<usize>(connection).await.map(|_| ())
    }

    /// Notes a look, whatever comes of it: Redis may refuse it. Are those in flight to be looked at too?
    fn look(&self, is_wanted: bool) -> bool {
        let mut looks = self.looks();
        looks.at = Instant::now();
        let sweeps = is_wanted && looks.swept.elapsed() >= SWEEP;
        if sweeps {
            looks.swept = looks.at;
        }
        sweeps
    }

    fn looks(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, channel: &ChannelName) -> String {
        format!("{}{channel}", self.registry.config().prefix)
    }

    /// As upstream names its backup.
    fn in_flight(&self, channel: &ChannelName) -> String {
        format!("{}$inflight", self.key(channel))
    }
}
