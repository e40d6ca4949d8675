//! The items that wait for one socket's consumer: events that it handles itself, gaps, and frames that must not overtake them.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    task::{Poll, Waker},
};

use catamaran::{Gap, GapReason, Incoming};

use crate::{limits::Limits, outbox::Encoded};

/// An item for the connection's task.
pub(crate) enum InboxItem {
    Incoming(Incoming),
    /// A frame for the client that arrived after events which the consumer has not handled yet.
    Frame(Encoded),
    /// This side has closed the socket.
    Closed,
}

impl InboxItem {
    fn bytes(&self) -> usize {
        match self {
            Self::Incoming(Incoming::Delivery(delivery)) => delivery.message.encoded().len(),
            Self::Frame(frame) => frame.len(),
            Self::Incoming(Incoming::Gap(_)) | Self::Closed => 0,
        }
    }
}

/// The queue of one socket's consumer, on its worker's thread.
#[derive(Default)]
pub(crate) struct Inbox {
    waiting: RefCell<VecDeque<InboxItem>>,
    bytes: Cell<usize>,
    /// The consumer handles the last item now.
    is_handling: Cell<bool>,
    is_closed: Cell<bool>,
    reader: Cell<Option<Waker>>,
}

impl Inbox {
    /// Appends an item. If too many items or bytes wait already, drops it and marks a gap.
    pub(crate) fn push(&self, item: InboxItem, limits: &Limits) {
        let mut waiting = self.waiting.borrow_mut();
        let bytes = self.bytes.get() + item.bytes();
        // An item larger than the whole bound still fits if it is alone.
        if waiting.is_empty() || (waiting.len() < limits.inbox_events && bytes <= limits.inbox_bytes) {
            self.bytes.set(bytes);
            waiting.push_back(item);
        } else if let Some(InboxItem::Incoming(Incoming::Gap(gap))) = waiting.back_mut() {
            gap.dropped += 1;
        } else {
            waiting.push_back(InboxItem::Incoming(Incoming::Gap(Gap::new(GapReason::Overflow, 1))));
        }
        self.wake();
    }

    /// Whether an item waits or is handled that a group's frame must not overtake.
    pub(crate) fn is_busy(&self) -> bool {
        self.is_handling.get() || !self.waiting.borrow().is_empty()
    }

    /// Whether the consumer lags.
    pub(crate) fn is_half_full(&self, limits: &Limits) -> bool {
        self.bytes.get() > limits.inbox_bytes / 2 || self.waiting.borrow().len() > limits.inbox_events / 2
    }

    /// Bytes that wait.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Drops all items; no further one is handled.
    pub(crate) fn close(&self) {
        self.is_closed.set(true);
        *self.waiting.borrow_mut() = VecDeque::new();
        self.bytes.set(0);
        self.wake();
    }

    /// Waits for the next item. The call means that the last item has been handled. Cancelling it loses nothing.
    pub(crate) async fn next(&self) -> InboxItem {
        self.is_handling.set(false);
        poll_fn(|cx| {
            if self.is_closed.get() {
                return Poll::Ready(InboxItem::Closed);
            }
            if let Some(item) = self.waiting.borrow_mut().pop_front() {
                self.bytes.set(self.bytes.get() - item.bytes());
                self.is_handling.set(true);
                return Poll::Ready(item);
            }
            self.reader.set(Some(cx.waker().clone()));
            Poll::Pending
        })
        .await
    }

    fn wake(&self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}
