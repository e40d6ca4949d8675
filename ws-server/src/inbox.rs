//! What waits for one socket's consumer: events that it handles itself, gaps, and the word that the socket is closing.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    task::{Poll, Waker},
};

use channels::{Gap, GapReason, Incoming};

/// Something for the session of a socket.
#[derive(Debug)]
pub(crate) enum Letter {
    Incoming(Incoming),
    /// The socket was closed from this side.
    Closed,
}

/// What waits for one socket's consumer. One worker thread's.
#[derive(Default)]
pub(crate) struct Inbox {
    waiting: RefCell<VecDeque<Incoming>>,
    closed: Cell<bool>,
    reader: Cell<Option<Waker>>,
}

impl Inbox {
    /// Puts it at the end; where `limit` wait already, a gap takes the place of what is dropped.
    pub(crate) fn push(&self, incoming: Incoming, limit: usize) {
        let mut waiting = self.waiting.borrow_mut();
        if waiting.len() < limit {
            waiting.push_back(incoming);
        } else if let Some(Incoming::Gap(gap)) = waiting.back_mut() {
            gap.dropped += 1;
        } else {
            waiting.push_back(Incoming::Gap(Gap { reason: GapReason::Overflow, dropped: 1 }));
        }
        self.wake();
    }

    /// Nothing is handled any more.
    pub(crate) fn close(&self) {
        self.closed.set(true);
        self.wake();
    }

    /// Waits for the next. Dropping the wait loses nothing.
    pub(crate) async fn next(&self) -> Letter {
        poll_fn(|cx| {
            if self.closed.get() {
                return Poll::Ready(Letter::Closed);
            }
            if let Some(incoming) = self.waiting.borrow_mut().pop_front() {
                return Poll::Ready(Letter::Incoming(incoming));
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
