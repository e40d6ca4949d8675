//! The unread messages of one receiver: bounded in number and in bytes, with one reader and many writers.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use crate::{Delivery, Gap, GapReason, Incoming};

/// The bounds of a queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
    pub(crate) expiry: Duration,
}

/// The queue was full. The message was not queued.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

#[derive(Debug)]
pub(crate) struct Queue {
    bounds: Bounds,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<Item>,
    messages: usize,
    bytes: usize,
    reader: Option<Waker>,
}

#[derive(Debug)]
enum Item {
    Delivery { delivery: Delivery, at: Instant },
    Gap(Gap),
}

impl Queue {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, inner: Mutex::default() }
    }

    /// A panic elsewhere cannot break the queue: no change is left half done.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends `delivery`, unless the queue is full.
    pub(crate) fn push(&self, delivery: Delivery, now: Instant) -> Result<(), Full> {
        let mut inner = self.lock();
        let size = delivery.message.encoded().len();
        if inner.is_full(size, &self.bounds) {
            inner.forget_expired(now, self.bounds.expiry);
            if inner.is_full(size, &self.bounds) {
                return Err(Full);
            }
        }
        inner.messages += 1;
        inner.bytes += size;
        inner.waiting.push_back(Item::Delivery { delivery, at: now });
        inner.wake();
        Ok(())
    }

    /// Appends a gap: the reader may have missed messages here. Adjacent gaps of one reason are merged. Returns `true` if the gap is
    /// new.
    pub(crate) fn mark_gap(&self, reason: GapReason, dropped: u64) -> bool {
        let mut inner = self.lock();
        if let Some(Item::Gap(last)) = inner.waiting.back_mut()
            && last.reason == reason
        {
            last.dropped += dropped;
            return false;
        }
        inner.waiting.push_back(Item::Gap(Gap { reason, dropped }));
        inner.wake();
        true
    }

    /// The number of messages that may wait.
    pub(crate) fn capacity(&self) -> usize {
        self.bounds.messages
    }

    /// Takes the next unexpired item, or stores the waker for its arrival.
    pub(crate) fn poll_pop(&self, cx: &mut Context<'_>, now: Instant) -> Poll<Incoming> {
        let mut inner = self.lock();
        if let Some(incoming) = inner.pop(now, self.bounds.expiry) {
            return Poll::Ready(incoming);
        }
        if !inner.reader.as_ref().is_some_and(|w| w.will_wake(cx.waker())) {
            inner.reader = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    /// Takes the next unexpired item, if there is one.
    pub(crate) fn try_pop(&self, now: Instant) -> Option<Incoming> {
        self.lock().pop(now, self.bounds.expiry)
    }

    /// Returns whether no unexpired item waits.
    pub(crate) fn is_empty(&self, now: Instant) -> bool {
        let mut inner = self.lock();
        inner.forget_expired(now, self.bounds.expiry);
        inner.waiting.is_empty()
    }

    /// Removes all items.
    pub(crate) fn clear(&self) {
        let mut inner = self.lock();
        inner.waiting = VecDeque::new();
        (inner.messages, inner.bytes) = (0, 0);
    }
}

impl Inner {
    /// A message larger than the byte bound is still accepted if the queue is empty.
    fn is_full(&self, size: usize, bounds: &Bounds) -> bool {
        self.messages >= bounds.messages || (self.messages > 0 && self.bytes + size > bounds.bytes)
    }

    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn pop(&mut self, now: Instant, expiry: Duration) -> Option<Incoming> {
        self.forget_expired(now, expiry);
        Some(match self.waiting.pop_front()? {
            Item::Gap(gap) => Incoming::Gap(gap),
            Item::Delivery { delivery, .. } => {
                self.messages -= 1;
                self.bytes -= delivery.message.encoded().len();
                Incoming::Delivery(delivery)
            }
        })
    }

    /// The oldest deliveries come first. Gaps between them stay.
    fn forget_expired(&mut self, now: Instant, expiry: Duration) {
        let mut place = 0;
        while let Some(item) = self.waiting.get(place) {
            match item {
                Item::Gap(_) => place += 1,
                Item::Delivery { at, .. } if now.duration_since(*at) < expiry => return,
                Item::Delivery { delivery, .. } => {
                    self.messages -= 1;
                    self.bytes -= delivery.message.encoded().len();
                    self.waiting.remove(place);
                }
            }
        }
    }
}
