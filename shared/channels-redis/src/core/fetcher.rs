//! Fetches messages of general channels for pending receives.

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
    pending_receives::{PendingReceives, Settled},
    scripts,
    sender::whole_seconds,
    stamp::Stamp,
};
use crate::{
    codec::Codec,
    envelope,
    fault::{LinkFault, error_text, is_refusal},
};

/// The time between two checks of the messages in flight. A message that both find, and that no reader here holds, is orphaned.
const SWEEP: Duration = Duration::from_secs(2);

pub(super) struct Fetcher {
    host: usize,
    registry: Arc<Registry>,
    pending: Arc<PendingReceives>,
    codec: Arc<Codec>,
    is_wanted: AtomicBool,
    state: Mutex<PollState>,
    fetch: Script,
    give_back: Script,
}

/// The times of the last poll and the last sweep, and the messages in flight at the last sweep.
struct PollState {
    polled: Instant,
    swept: Instant,
    orphans: HashMap<ChannelName, Orphans>,
}

/// The messages that were in flight from a channel, and when.
struct Orphans {
    seen: Instant,
    payloads: HashSet<Vec<u8>>,
}

impl PollState {
    /// Returns the orphaned messages: in flight now and at the last sweep. They are to be given back, so they are not remembered: at the
    /// next sweep another reader may hold them.
    fn find_orphans(&mut self, channel: &ChannelName, in_flight: Vec<Vec<u8>>, now: Instant) -> Vec<Vec<u8>> {
        let before = self.orphans.remove(channel).map(|orphans| orphans.payloads).unwrap_or_default();
        let (dead, others): (Vec<_>, Vec<_>) = in_flight.into_iter().partition(|payload| before.contains(payload));
        if !others.is_empty() {
            self.orphans.insert(channel.clone(), Orphans { seen: now, payloads: others.into_iter().collect() });
        }
        dead
    }

    /// Removes expired observations. No caller may wait for their channel any more.
    fn forget(&mut self, now: Instant, expiry: Duration) {
        self.orphans.retain(|_, orphans| now.duration_since(orphans.seen) <= expiry);
    }
}

/// Returns whether Redis refused the command, so that it is retried later. One unusable channel, for example with another type of value
/// under its name, must not affect the others.
fn is_refused(outcome: Result<(), RedisError>) -> Result<bool, LinkFault> {
    static THROTTLE: LogThrottle = LogThrottle::new();
    match outcome {
        Ok(()) => Ok(false),
        Err(fault) if is_refusal(&fault) => {
            if let Some(more) = THROTTLE.pass() {
                log::error!("Redis refuses access to general channels: {}; trying again{more}", error_text(&fault));
            }
            Ok(true)
        }
        Err(fault) => Err(fault.into()),
    }
}

impl Fetcher {
    pub(super) fn new(host: usize, registry: Arc<Registry>, pending: Arc<PendingReceives>, codec: Arc<Codec>) -> Self {
        let now = Instant::now();
        let state = Mutex::new(PollState { polled: now, swept: now, orphans: HashMap::new() });
        let (fetch, give_back) = (scripts::fetch(), scripts::give_back());
        Self { host, registry, pending, codec, is_wanted: AtomicBool::new(false), state, fetch, give_back }
    }

    /// Returns whether callers waited at the last serving, or a command must be retried.
    pub(super) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::Relaxed)
    }

    /// Returns the time of the next poll or sweep. It is a point in time, so that a wait for it may be restarted.
    pub(super) fn next_poll(&self, every: Duration) -> Instant {
        let state = self.state();
        let next = state.polled + every;
        // The sweep was overdue at the last poll already, so it was not needed.
        if state.swept + SWEEP <= state.polled { next } else { next.min(state.swept + SWEEP) }
    }

    /// Informs Redis of delivered messages and fetches messages for the pending receives. With `is_tracking`, Redis reports new messages.
    ///
    /// All channels are served at once, so that many take no longer than one: other work waits for this connection's task.
    pub(super) async fn serve(&self, connection: MultiplexedConnection, is_tracking: bool) -> Result<(), LinkFault> {
        self.pending.revoke(self.host);
        let demand = self.pending.demand();
        let sweeps = self.note_poll(!demand.is_empty());
        let mut is_refused_some = self.settle(&connection).await?;
        let fetch =
            |(channel, waiting): &(ChannelName, usize)| self.fetch(connection.clone(), channel.clone(), *waiting, is_tracking);
        for outcome in join_all(demand.iter().map(fetch)).await {
            is_refused_some |= is_refused(outcome)?;
        }
        let sweep = |(channel, _): &(ChannelName, usize)| self.sweep(connection.clone(), channel.clone());
        for outcome in join_all(demand.iter().filter(|_| sweeps).map(sweep)).await {
            is_refused(outcome)?;
        }
        self.is_wanted.store(is_refused_some || !demand.is_empty(), Ordering::Relaxed);
        Ok(())
    }

    /// Removes delivered messages and gives back the others. Returns whether Redis refused some of them.
    async fn settle(&self, connection: &MultiplexedConnection) -> Result<bool, LinkFault> {
        let settled = self.pending.settled(self.host);
        let outcomes = join_all(settled.iter().map(|one| self.settle_one(connection.clone(), one))).await;
        let (mut left, mut fault) = (Vec::new(), None);
        for (one, outcome) in settled.into_iter().zip(outcomes) {
            match is_refused(outcome) {
                Ok(false) => self.pending.done(self.host, &one),
                Ok(true) => left.push(one),
                Err(broken) => {
                    left.push(one);
                    fault = fault.or(Some(broken));
                }
            }
        }
        let is_left_some = !left.is_empty();
        self.pending.unsettled(self.host, left.into_iter());
        fault.map_or(Ok(is_left_some), Err)
    }

    async fn settle_one(&self, mut connection: MultiplexedConnection, one: &Settled) -> Result<(), RedisError> {
        match one.delivered {
            true => redis::cmd("ZREM").arg(self.in_flight(&one.channel)).arg(&one.payload).exec_async(&mut connection).await,
            false if one.taken.elapsed() < SWEEP => {
                self.give_back(&mut connection, &one.channel, std::iter::once(&one.payload)).await
            }
            // Another process may hold it by now. If not, two sweeps will find it.
            false => Ok(()),
        }
    }

    /// Fetches until no caller waits or the channel is empty.
    async fn fetch(
        &self,
        mut connection: MultiplexedConnection,
        channel: ChannelName,
        waiting: usize,
        is_tracking: bool,
    ) -> Result<(), RedisError> {
        let expiry = whole_seconds(self.registry.config().expiry);
        loop {
            let mut fetch = self.fetch.prepare_invoke();
            fetch.key(self.key(&channel)).key(self.in_flight(&channel)).arg(waiting).arg(expiry);
            let taken: Vec<(Vec<u8>, f64)> = fetch.invoke_async(&mut connection).await?;
            let handed_over = taken.into_iter().filter(|(payload, sent)| self.hand_over(&channel, payload, *sent)).count();
            if handed_over >= waiting {
                return Ok(());
            }
            // Checked last and separately: from now on Redis reports new messages. It tracks no other key that we read.
            let mut check = redis::pipe();
            if is_tracking {
                check.cmd("CLIENT").arg("CACHING").arg("YES").ignore();
            }
            check.cmd("ZCARD").arg(self.key(&channel));
            let (left,): (usize,) = check.query_async(&mut connection).await?;
            if left == 0 {
                return Ok(());
            }
        }
    }

    /// Offers a message to a caller. Returns `false` if it is expired or not valid.
    fn hand_over(&self, channel: &ChannelName, payload: &[u8], sent: f64) -> bool {
        let config = self.registry.config();
        let refused = match sent <= Stamp::of(config.clock.wall()).before(config.expiry).seconds() {
            true => {
                self.registry.count_expired(1);
                None
            }
            false => match self.open(payload) {
                Ok(message) => {
                    self.pending.hand_over(self.host, channel, payload.to_vec(), message);
                    return true;
                }
                Err(fault) => Some(fault),
            },
        };
        if let Some(fault) = refused {
            self.registry.count_undecodable(channel.as_str(), payload.len(), &fault);
        }
        let settled = Settled { channel: channel.clone(), payload: payload.to_vec(), taken: Instant::now(), delivered: true };
        self.pending.settle(self.host, settled);
        false
    }

    fn open(&self, payload: &[u8]) -> Result<Message, String> {
        let now = self.registry.config().clock.wall();
        let bytes = self.codec.open(Bytes::copy_from_slice(payload), now).map_err(|fault| fault.to_string())?;
        let (_, bytes) = envelope::split_recipients(bytes).map_err(|fault| fault.to_string())?;
        Message::decode(bytes).map_err(|fault| fault.to_string())
    }

    /// Gives back orphaned messages.
    async fn sweep(&self, mut connection: MultiplexedConnection, channel: ChannelName) -> Result<(), RedisError> {
        let command = redis::cmd("ZRANGE").arg(self.in_flight(&channel)).arg(0).arg(-1).take();
        let mut in_flight: Vec<Vec<u8>> = command.query_async(&mut connection).await?;
        in_flight.retain(|payload| !self.pending.holds(self.host, payload));
        let dead = self.state().find_orphans(&channel, in_flight, Instant::now());
        if !dead.is_empty() {
            self.give_back(&mut connection, &channel, dead.iter()).await?;
            self.pending.wake(self.host);
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

    /// Records a poll, even if Redis refuses it. Returns whether to sweep too.
    fn note_poll(&self, is_wanted: bool) -> bool {
        let mut state = self.state();
        let now = Instant::now();
        state.polled = now;
        state.forget(now, self.registry.config().expiry);
        let sweeps = is_wanted && state.swept.elapsed() >= SWEEP;
        if sweeps {
            state.swept = state.polled;
        }
        sweeps
    }

    fn state(&self) -> MutexGuard<'_, PollState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, channel: &ChannelName) -> String {
        format!("{}{channel}", self.registry.config().prefix)
    }

    /// The key has upstream's name for its backup.
    fn in_flight(&self, channel: &ChannelName) -> String {
        format!("{}$inflight", self.key(channel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(now: Instant) -> PollState {
        PollState { polled: now, swept: now, orphans: HashMap::new() }
    }

    #[test]
    fn a_message_is_orphaned_at_its_second_sweep_and_again_after_it_was_given_back() {
        let (now, jobs) = (Instant::now(), ChannelName::parse("jobs").unwrap());
        let mut state = state(now);
        let mut see = |in_flight: &[&str]| {
            state.find_orphans(&jobs, in_flight.iter().map(|payload| payload.as_bytes().to_vec()).collect(), now)
        };
        assert!(see(&["lost"]).is_empty());
        assert_eq!(see(&["lost", "other"]), [b"lost"]);
        assert_eq!(see(&["lost", "other"]), [b"other"], "another reader holds the first one");
        assert_eq!(see(&["lost"]), [b"lost"]);
    }

    #[test]
    fn removes_observations_of_channels_without_a_caller() {
        let (now, expiry) = (Instant::now(), Duration::from_secs(60));
        let mut state = state(now);
        for n in 0..100 {
            state.find_orphans(&ChannelName::parse(&format!("jobs.{n}")).unwrap(), vec![vec![0; 1_000]], now);
        }
        state.forget(now + expiry, expiry);
        assert_eq!(state.orphans.len(), 100);
        state.forget(now + expiry + SWEEP, expiry);
        assert!(state.orphans.is_empty());
    }
}
