//! General channels: who waits for a message, and what became of those that were taken.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use catamaran::{ChannelName, LayerError, Message};
use tokio::{
    sync::{Notify, oneshot},
    time::{Instant, timeout_at},
};

/// A message that was handed to a reader who does not fetch it in this time goes back: well before another process finds it in flight at
/// two looks and takes it for lost.
const HOLD: Duration = Duration::from_secs(1);

/// The readers of this process, by channel. Nothing is taken from Redis that nobody waits for.
#[derive(Debug)]
pub(super) struct Desks {
    waiting: Mutex<Waiting>,
    hosts: Vec<Outbox>,
}

type Waiting = HashMap<ChannelName, VecDeque<oneshot::Sender<Arc<Offer>>>>;

/// What one host is to be told of messages in flight.
#[derive(Debug, Default)]
struct Outbox {
    settled: Mutex<Vec<Settled>>,
    /// By their random bytes; others in flight may be a dead reader's.
    held: Mutex<HashSet<Vec<u8>>>,
    /// Oldest first. Kept by the readers: what one of them drops goes back at once.
    offers: Mutex<VecDeque<Weak<Offer>>>,
    changed: Notify,
}

/// The end of a message in flight.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) channel: ChannelName,
    pub(super) payload: Vec<u8>,
    pub(super) taken: Instant,
    pub(super) delivered: bool,
}

/// A message in a reader's hand, until it is fetched or revoked.
#[derive(Debug)]
struct Offer {
    ends: Instant,
    taken: Mutex<Option<Taken>>,
}

impl Offer {
    /// `None` where it is too late, even if nobody has revoked it: the whole process may have slept.
    fn fetch(&self) -> Option<Taken> {
        let taken = self.revoke();
        taken.filter(|_| Instant::now() < self.ends)
    }

    fn revoke(&self) -> Option<Taken> {
        lock(&self.taken).take()
    }
}

/// A message in flight. Dropped before it is delivered, it goes back.
struct Taken {
    message: Message,
    settled: Option<Settled>,
    host: usize,
    desks: Weak<Desks>,
}

impl Taken {
    fn deliver(mut self) -> Message {
        if let Some(settled) = &mut self.settled {
            settled.delivered = true;
        }
        self.message.clone()
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let (Some(settled), Some(desks)) = (self.settled.take(), self.desks.upgrade()) {
            desks.settle(self.host, settled);
        }
    }
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message.fmt(f)
    }
}

/// What tells a payload from all others.
fn identity(payload: &[u8]) -> Vec<u8> {
    payload[..payload.len().min(super::RANDOM_PREFIX)].to_vec()
}

impl Desks {
    pub(super) fn new(hosts: usize) -> Self {
        Self { waiting: Mutex::default(), hosts: (0..hosts).map(|_| Outbox::default()).collect() }
    }

    /// The next message of `channel`, from whichever host. Keeps nothing alive while it waits.
    pub(super) fn receive(
        self: Arc<Self>,
        channel: ChannelName,
    ) -> impl Future<Output = Result<Message, LayerError>> + Send + use<> {
        let desks = Arc::downgrade(&self);
        async move {
            loop {
                let desk = desks.upgrade().ok_or_else(closed)?.ask(channel.clone());
                let offer = desk.await.map_err(|_| closed())?;
                // Where nobody is left to tell Redis, it stays in flight and is another process's.
                let _open = desks.upgrade().ok_or_else(closed)?;
                if let Some(taken) = offer.fetch() {
                    return Ok(taken.deliver());
                }
            }
        }
    }

    /// Waits in line for a message of `channel`.
    fn ask(&self, channel: ChannelName) -> oneshot::Receiver<Arc<Offer>> {
        let (hand, desk) = oneshot::channel();
        self.enqueue(channel, hand);
        for host in &self.hosts {
            host.changed.notify_one();
        }
        desk
    }

    /// Those who gave up are forgotten before there is more room made, so that an outage in which nobody else looks costs no memory.
    fn enqueue(&self, channel: ChannelName, hand: oneshot::Sender<Arc<Offer>>) {
        let mut waiting = lock(&self.waiting);
        if waiting.len() == waiting.capacity() {
            forget_who_gave_up(&mut waiting);
        }
        let desk = waiting.entry(channel).or_default();
        if desk.len() == desk.capacity() {
            desk.retain(|waiter| !waiter.is_closed());
        }
        desk.push_back(hand);
    }

    /// Waits until `host` has something to do.
    pub(super) async fn changed(&self, host: usize) {
        let changed = self.hosts[host].changed.notified();
        match self.revoke(host) {
            Some(next) => drop(timeout_at(next, changed).await),
            None => changed.await,
        }
    }

    /// Takes back what has not been fetched in time; says when there will be more.
    pub(super) fn revoke(&self, host: usize) -> Option<Instant> {
        let mut offers = lock(&self.hosts[host].offers);
        while let Some(oldest) = offers.front() {
            match oldest.upgrade() {
                Some(offer) if offer.ends > Instant::now() => return Some(offer.ends),
                Some(offer) => drop(offer.revoke()),
                None => {} // fetched, or given up
            }
            offers.pop_front();
        }
        None
    }

    /// There may be something new at `host`.
    pub(super) fn wake(&self, host: usize) {
        self.hosts[host].changed.notify_one();
    }

    /// Every channel that somebody waits for, and how many do.
    pub(super) fn demand(&self) -> Vec<(ChannelName, usize)> {
        let mut waiting = lock(&self.waiting);
        forget_who_gave_up(&mut waiting);
        waiting.iter().map(|(channel, desk)| (channel.clone(), desk.len())).collect()
    }

    /// Hands a message in flight to whoever has waited longest. Where nobody waits any more it goes back.
    pub(super) fn hand_over(self: &Arc<Self>, host: usize, channel: &ChannelName, payload: Vec<u8>, message: Message) {
        lock(&self.hosts[host].held).insert(identity(&payload));
        let now = Instant::now();
        let settled = Some(Settled { channel: channel.clone(), payload, taken: now, delivered: false });
        let taken = Taken { message, settled, host, desks: Arc::downgrade(self) };
        let mut offer = Arc::new(Offer { ends: now + HOLD, taken: Mutex::new(Some(taken)) });
        lock(&self.hosts[host].offers).push_back(Arc::downgrade(&offer));
        loop {
            let next = lock(&self.waiting).get_mut(channel).and_then(VecDeque::pop_front);
            match next.map(|waiter| waiter.send(offer)) {
                Some(Err(refused)) => offer = refused,
                Some(Ok(())) | None => return,
            }
        }
    }

    /// Is this payload in this process's hands?
    pub(super) fn holds(&self, host: usize, payload: &[u8]) -> bool {
        lock(&self.hosts[host].held).contains(&identity(payload))
    }

    /// What has been settled since the last time.
    pub(super) fn settled(&self, host: usize) -> Vec<Settled> {
        std::mem::take(&mut *lock(&self.hosts[host].settled))
    }

    /// Redis could not be told.
    pub(super) fn unsettled(&self, host: usize, settled: impl Iterator<Item = Settled>) {
        lock(&self.hosts[host].settled).extend(settled);
    }

    /// Redis has been told.
    pub(super) fn done(&self, host: usize, settled: &Settled) {
        lock(&self.hosts[host].held).remove(&identity(&settled.payload));
    }

    /// The end of a message in flight, to be told to Redis.
    pub(super) fn settle(&self, host: usize, settled: Settled) {
        lock(&self.hosts[host].settled).push(settled);
        self.wake(host);
    }
}

fn closed() -> LayerError {
    LayerError::Unavailable("the layer is closed".to_owned())
}

fn forget_who_gave_up(waiting: &mut Waiting) {
    waiting.retain(|_, desk| {
        desk.retain(|waiter| !waiter.is_closed());
        !desk.is_empty()
    });
}

// A panic elsewhere leaves them whole: no change is in two steps.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn who_gave_up_takes_no_room_even_where_nobody_looks() {
        let desks = Arc::new(Desks::new(1));
        for n in 0..10_000 {
            let channel = ChannelName::parse(&format!("jobs.{}", n % 1_000)).unwrap();
            let mut asked = Box::pin(Desks::receive(Arc::clone(&desks), channel));
            assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let waiting = lock(&desks.waiting);
        let room: usize = waiting.values().map(VecDeque::capacity).sum();
        assert!(waiting.len() < 20 && room < 100, "{} names, {room} places", waiting.len());
    }
}
