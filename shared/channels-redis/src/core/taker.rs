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
use catamaran::{ChannelName, LogThrottle, Message, Registry};
use futures_util::future::join_all;
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
    strays: HashMap<ChannelName, Strays>,
}

/// What was in flight from a channel, and when.
struct Strays {
    seen: Instant,
    payloads: HashSet<Vec<u8>>,
}

impl Looks {
    /// Returns the dead: what is in flight now and was at the last look. They are to be given back, and are not remembered: one that is
    /// in flight at the next look has been taken again meanwhile.
    fn see(&mut self, channel: &ChannelName, in_flight: Vec<Vec<u8>>, now: Instant) -> Vec<Vec<u8>> {
        let before = self.strays.remove(channel).map(|strays| strays.payloads).unwrap_or_default();
        let (dead, others): (Vec<_>, Vec<_>) = in_flight.into_iter().partition(|payload| before.contains(payload));
        if !others.is_empty() {
            self.strays.insert(channel.clone(), Strays { seen: now, payloads: others.into_iter().collect() });
        }
        dead
    }

    /// What was seen so long ago has expired meanwhile; perhaps nobody waits for that channel any more.
    fn forget(&mut self, now: Instant, expiry: Duration) {
        self.strays.retain(|_, strays| now.duration_since(strays.seen) <= expiry);
    }
}

/// Did Redis refuse it? Then it is tried again later; one channel that cannot be used (since somebody keeps another kind of value under
/// its name, say) is nothing to the others.
fn is_refused(outcome: Result<(), RedisError>) -> Result<bool, LinkFault> {
    static THROTTLE: LogThrottle = LogThrottle::new();
    match outcome {
        Ok(()) => Ok(false),
        Err(fault) if is_refusal(&fault) => {
            if let Some(more) = THROTTLE.pass() {
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
    ///
    /// All channels are asked at once, so that many of them take no longer than one: others wait for this connection's task.
    pub(super) async fn serve(&self, connection: MultiplexedConnection, is_told: bool) -> Result<(), LinkFault> {
        self.desks.revoke(self.host);
        let demand = self.desks.demand();
        let sweeps = self.look(!demand.is_empty());
        let mut is_refused_some = self.settle(&connection).await?;
        let take = |(channel, waiting): &(ChannelName, usize)| self.take(connection.clone(), channel.clone(), *waiting, is_told);
        for outcome in join_all(demand.iter().map(take)).await {
            is_refused_some |= is_refused(outcome)?;
        }
        let sweep = |(channel, _): &(ChannelName, usize)| self.sweep(connection.clone(), channel.clone());
        for outcome in join_all(demand.iter().filter(|_| sweeps).map(sweep)).await {
            is_refused(outcome)?;
        }
        self.is_wanted.store(is_refused_some || !demand.is_empty(), Ordering::Relaxed);
        Ok(())
    }

    /// What was delivered is forgotten, what was not goes back. `true` where Redis refused some of it.
    async fn settle(&self, connection: &MultiplexedConnection) -> Result<bool, LinkFault> {
        let settled = self.desks.settled(self.host);
        let outcomes = join_all(settled.iter().map(|one| self.settle_one(connection.clone(), one))).await;
        let (mut left, mut fault) = (Vec::new(), None);
        for (one, outcome) in settled.into_iter().zip(outcomes) {
            match is_refused(outcome) {
                Ok(false) => self.desks.done(self.host, &one),
                Ok(true) => left.push(one),
                Err(broken) => {
                    left.push(one);
                    fault = fault.or(Some(broken));
                }
            }
        }
        let is_left_some = !left.is_empty();
        self.desks.unsettled(self.host, left.into_iter());
        fault.map_or(Ok(is_left_some), Err)
    }

    async fn settle_one(&self, mut connection: MultiplexedConnection, one: &Settled) -> Result<(), RedisError> {
        match one.delivered {
            true => redis::cmd("ZREM").arg(self.in_flight(&one.channel)).arg(&one.payload).exec_async(&mut connection).await,
            false if one.taken.elapsed() < SWEEP => {
                self.give_back(&mut connection, &one.channel, std::iter::once(&one.payload)).await
            }
            // It may be in another's hands by now. If not, two looks will find it.
            false => Ok(()),
        }
    }

    /// Until nobody waits any more, or nothing is there.
    async fn take(
        &self,
        mut connection: MultiplexedConnection,
        channel: ChannelName,
        waiting: usize,
        is_told: bool,
    ) -> Result<(), RedisError> {
        let expiry = whole_seconds(self.registry.config().expiry);
        loop {
            let mut take = self.take.prepare_invoke();
            take.key(self.key(&channel)).key(self.in_flight(&channel)).arg(waiting).arg(expiry);
            let taken: Vec<(Vec<u8>, f64)> = take.invoke_async(&mut connection).await?;
            let handed_over = taken.into_iter().filter(|(payload, sent)| self.hand_over(&channel, payload, *sent)).count();
            if handed_over >= waiting {
                return Ok(());
            }
            // Asked last, and by itself: from now on Redis tells when there is more. It watches no other key for us, of all that we read.
            let mut look = redis::pipe();
            if is_told {
                look.cmd("CLIENT").arg("CACHING").arg("YES").ignore();
            }
            look.cmd("ZCARD").arg(self.key(&channel));
            let (left,): (usize,) = look.query_async(&mut connection).await?;
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
        let settled = Settled { channel: channel.clone(), payload: payload.to_vec(), taken: Instant::now(), delivered: true };
        self.desks.settle(self.host, settled);
        false
    }

    fn open(&self, payload: &[u8]) -> Result<Message, String> {
        let now = self.registry.config().clock.wall();
        let bytes = self.codec.open(Bytes::copy_from_slice(payload), now).map_err(|fault| fault.to_string())?;
        let (_, bytes) = envelope::opened(bytes).map_err(|fault| fault.to_string())?;
        Message::decode(bytes).map_err(|fault| fault.to_string())
    }

    /// Puts back what a dead reader took.
    async fn sweep(&self, mut connection: MultiplexedConnection, channel: ChannelName) -> Result<(), RedisError> {
        let command = redis::cmd("ZRANGE").arg(self.in_flight(&channel)).arg(0).arg(-1).take();
        let mut in_flight: Vec<Vec<u8>> = command.query_async(&mut connection).await?;
        in_flight.retain(|payload| !self.desks.holds(self.host, payload));
        let dead = self.looks().see(&channel, in_flight, Instant::now());
        if !dead.is_empty() {
            self.give_back(&mut connection, &channel, dead.iter()).await?;
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
        let now = Instant::now();
        looks.at = now;
        looks.forget(now, self.registry.config().expiry);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(now: Instant) -> Looks {
        Looks { at: now, swept: now, strays: HashMap::new() }
    }

    #[test]
    fn two_looks_are_needed_and_two_more_for_what_was_given_back() {
        let (now, jobs) = (Instant::now(), ChannelName::parse("jobs").unwrap());
        let mut looks = looks(now);
        let mut see =
            |in_flight: &[&str]| looks.see(&jobs, in_flight.iter().map(|payload| payload.as_bytes().to_vec()).collect(), now);
        assert!(see(&["lost"]).is_empty());
        assert_eq!(see(&["lost", "other"]), [b"lost"]);
        assert_eq!(see(&["lost", "other"]), [b"other"], "the first has been taken again meanwhile");
        assert_eq!(see(&["lost"]), [b"lost"]);
    }

    #[test]
    fn what_was_seen_in_channels_that_nobody_awaits_any_more_is_forgotten() {
        let (now, expiry) = (Instant::now(), Duration::from_secs(60));
        let mut looks = looks(now);
        for n in 0..100 {
            looks.see(&ChannelName::parse(&format!("jobs.{n}")).unwrap(), vec![vec![0; 1_000]], now);
        }
        looks.forget(now + expiry, expiry);
        assert_eq!(looks.strays.len(), 100);
        looks.forget(now + expiry + SWEEP, expiry);
        assert!(looks.strays.is_empty());
    }
}
