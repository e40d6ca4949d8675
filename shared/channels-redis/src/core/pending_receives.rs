//! General channels: the pending calls of `receive`, and the messages in flight to them.

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

/// A message that its reader does not take within this time goes back. It must be well below the time after which another process
/// counts it as orphaned.
const HOLD: Duration = Duration::from_secs(1);

/// The pending receives of this process, by channel. Only as many messages are fetched from Redis as calls wait.
#[derive(Debug)]
pub(super) struct PendingReceives {
    waiting: Mutex<Waiting>,
    hosts: Vec<InFlight>,
}

type Waiting = HashMap<ChannelName, VecDeque<oneshot::Sender<Arc<Offer>>>>;

/// The messages in flight from one host.
#[derive(Debug, Default)]
struct InFlight {
    /// Settled messages that Redis does not know yet.
    settled: Mutex<Vec<Settled>>,
    /// The messages of this process, by their random bytes. Other messages in flight may be a dead reader's.
    held: Mutex<HashSet<Vec<u8>>>,
    /// Oldest first. The readers own the offers, so a dropped one goes back at once.
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

/// A message that is offered to a reader, until the reader takes it or the offer is revoked.
#[derive(Debug)]
struct Offer {
    ends: Instant,
    taken: Mutex<Option<Fetched>>,
}

impl Offer {
    /// Takes the message. `None` after the hold time, even if the offer was not revoked: the whole process may have been frozen.
    fn fetch(&self) -> Option<Fetched> {
        let taken = self.revoke();
        taken.filter(|_| Instant::now() < self.ends)
    }

    fn revoke(&self) -> Option<Fetched> {
        lock(&self.taken).take()
    }
}

/// A message in flight. If it is dropped before it is delivered, it goes back.
struct Fetched {
    message: Message,
    settled: Option<Settled>,
    host: usize,
    pending: Weak<PendingReceives>,
}

impl Fetched {
    fn deliver(mut self) -> Message {
        if let Some(settled) = &mut self.settled {
            settled.delivered = true;
        }
        self.message.clone()
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        if let (Some(settled), Some(pending)) = (self.settled.take(), self.pending.upgrade()) {
            pending.settle(self.host, settled);
        }
    }
}

impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message.fmt(f)
    }
}

/// Returns the part of a payload that is unique.
fn identity(payload: &[u8]) -> Vec<u8> {
    payload[..payload.len().min(super::RANDOM_PREFIX)].to_vec()
}

impl PendingReceives {
    pub(super) fn new(hosts: usize) -> Self {
        Self { waiting: Mutex::default(), hosts: (0..hosts).map(|_| InFlight::default()).collect() }
    }

    /// Waits for the next message of `channel`, from any host. Does not keep the layer alive.
    pub(super) fn receive(
        self: Arc<Self>,
        channel: ChannelName,
    ) -> impl Future<Output = Result<Message, LayerError>> + Send + use<> {
        let pending = Arc::downgrade(&self);
        async move {
            loop {
                let offer = pending.upgrade().ok_or_else(closed)?.enqueue(channel.clone());
                let offer = offer.await.map_err(|_| closed())?;
                // If the layer is closed, Redis cannot be informed. The message stays in flight, and another process puts it back.
                let _open = pending.upgrade().ok_or_else(closed)?;
                if let Some(taken) = offer.fetch() {
                    return Ok(taken.deliver());
                }
            }
        }
    }

    /// Enqueues a call that waits for a message of `channel`.
    fn enqueue(&self, channel: ChannelName) -> oneshot::Receiver<Arc<Offer>> {
        let (sender, offer) = oneshot::channel();
        self.push(channel, sender);
        for host in &self.hosts {
            host.changed.notify_one();
        }
        offer
    }

    /// Removes cancelled calls before it allocates, so that cancelled calls need no memory in an outage.
    fn push(&self, channel: ChannelName, sender: oneshot::Sender<Arc<Offer>>) {
        let mut waiting = lock(&self.waiting);
        if waiting.len() == waiting.capacity() {
            remove_cancelled(&mut waiting);
        }
        let queue = waiting.entry(channel).or_default();
        if queue.len() == queue.capacity() {
            queue.retain(|waiter| !waiter.is_closed());
        }
        queue.push_back(sender);
    }

    /// Waits until `host` must be served.
    pub(super) async fn changed(&self, host: usize) {
        let changed = self.hosts[host].changed.notified();
        match self.revoke(host) {
            Some(next) => drop(timeout_at(next, changed).await),
            None => changed.await,
        }
    }

    /// Revokes expired offers. Returns when the next one expires.
    pub(super) fn revoke(&self, host: usize) -> Option<Instant> {
        let mut offers = lock(&self.hosts[host].offers);
        while let Some(oldest) = offers.front() {
            match oldest.upgrade() {
                Some(offer) if offer.ends > Instant::now() => return Some(offer.ends),
                Some(offer) => drop(offer.revoke()),
                None => {} // taken or cancelled
            }
            offers.pop_front();
        }
        None
    }

    /// Signals that `host` may have a new message.
    pub(super) fn wake(&self, host: usize) {
        self.hosts[host].changed.notify_one();
    }

    /// Returns every channel with pending calls, and their number.
    pub(super) fn demand(&self) -> Vec<(ChannelName, usize)> {
        let mut waiting = lock(&self.waiting);
        remove_cancelled(&mut waiting);
        waiting.iter().map(|(channel, queue)| (channel.clone(), queue.len())).collect()
    }

    /// Offers a message in flight to the call that has waited longest. Without a call it goes back.
    pub(super) fn hand_over(self: &Arc<Self>, host: usize, channel: &ChannelName, payload: Vec<u8>, message: Message) {
        lock(&self.hosts[host].held).insert(identity(&payload));
        let now = Instant::now();
        let settled = Some(Settled { channel: channel.clone(), payload, taken: now, delivered: false });
        let taken = Fetched { message, settled, host, pending: Arc::downgrade(self) };
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

    /// Returns whether this process holds the payload.
    pub(super) fn holds(&self, host: usize, payload: &[u8]) -> bool {
        lock(&self.hosts[host].held).contains(&identity(payload))
    }

    /// Takes the messages that were settled since the last call.
    pub(super) fn settled(&self, host: usize) -> Vec<Settled> {
        std::mem::take(&mut *lock(&self.hosts[host].settled))
    }

    /// Returns settled messages after a failure, to be sent to Redis again.
    pub(super) fn unsettled(&self, host: usize, settled: impl Iterator<Item = Settled>) {
        lock(&self.hosts[host].settled).extend(settled);
    }

    /// Records that Redis knows the settled message.
    pub(super) fn done(&self, host: usize, settled: &Settled) {
        lock(&self.hosts[host].held).remove(&identity(&settled.payload));
    }

    /// Settles a message in flight. Redis is informed later.
    pub(super) fn settle(&self, host: usize, settled: Settled) {
        lock(&self.hosts[host].settled).push(settled);
        self.wake(host);
    }
}

fn closed() -> LayerError {
    LayerError::Unavailable("the layer is closed".to_owned())
}

fn remove_cancelled(waiting: &mut Waiting) {
    waiting.retain(|_, queue| {
        queue.retain(|waiter| !waiter.is_closed());
        !queue.is_empty()
    });
}

// A panic elsewhere cannot break the values: every change to them is a single step.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn cancelled_calls_use_no_memory_even_in_an_outage() {
        let pending = Arc::new(PendingReceives::new(1));
        for n in 0..10_000 {
            let channel = ChannelName::parse(&format!("jobs.{}", n % 1_000)).unwrap();
            let mut asked = Box::pin(PendingReceives::receive(Arc::clone(&pending), channel));
            assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let waiting = lock(&pending.waiting);
        let room: usize = waiting.values().map(VecDeque::capacity).sum();
        assert!(waiting.len() < 20 && room < 100, "{} names, capacity {room}", waiting.len());
    }
}
