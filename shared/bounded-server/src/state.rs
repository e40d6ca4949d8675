//! State that a connection shares with its requests and its worker.

use std::{
    cell::{Cell, RefCell},
    task::{Context, Waker},
    time::{Duration, Instant},
};

use crate::Bounds;

/// The state of one connection. The connection, its running request and its worker share it.
pub(crate) struct ConnectionState {
    phase: Cell<Phase>,
    /// When the phase began. Kept up to date for [`Phase::FirstHead`], [`Phase::Idle`] and [`Phase::Head`] alone.
    since: Cell<Instant>,
    end: Cell<End>,
    /// Since when the client takes nothing of its answer.
    stalled: Cell<Option<Instant>>,
    /// Bytes that arrived since the last request began.
    bytes: Cell<usize>,
    /// How many of [`bytes`](Self::bytes) came before the head that now arrives.
    before_head: Cell<usize>,
    /// The bytes that the running request may read.
    reading: Cell<Reading>,
    /// Whether actix-http has written `100 Continue` for the running request, and no byte was written since.
    says_continue: Cell<bool>,
    /// Whether a handler holds the body of the running request.
    has_reader: Cell<bool>,
    /// Whether an answer is complete and has not left yet.
    has_unsent: Cell<bool>,
    /// Whether the task waits until reading is allowed again.
    is_parked: Cell<bool>,
    /// The waker of the connection's task.
    waker: RefCell<Option<Waker>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No request has arrived yet. actix-http has a deadline for this head, and answers 408.
    FirstHead,
    /// The last request is answered.
    Idle,
    /// The next head has begun to arrive.
    Head,
    /// A request has arrived whose answer is not complete.
    Request,
    /// The request has become a WebSocket.
    Upgraded,
}

/// Whether the connection must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    No,
    /// It has no request and ends, unless unread bytes wait.
    MakeRoom,
    /// Nothing more is read.
    Read,
    /// Nothing more is read or written.
    Cut,
}

/// The part of the connection that may be read while a request runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Nothing: no handler waits for bytes, and pipelined requests stay in the kernel.
    Nothing,
    /// The handler waits for more of the body.
    Wanted,
    /// All: the body ends with the connection, as a WebSocket's does.
    All,
}

impl ConnectionState {
    pub(crate) fn new() -> Self {
        Self {
            phase: Cell::new(Phase::FirstHead),
            since: Cell::new(Instant::now()),
            end: Cell::new(End::No),
            stalled: Cell::default(),
            bytes: Cell::default(),
            before_head: Cell::default(),
            reading: Cell::new(Reading::Nothing),
            says_continue: Cell::default(),
            has_reader: Cell::default(),
            has_unsent: Cell::default(),
            is_parked: Cell::default(),
            waker: RefCell::default(),
        }
    }

    /// Begins a request.
    pub(crate) fn begin(&self, reading: Reading) {
        self.phase.set(Phase::Request);
        self.bytes.set(0);
        self.before_head.set(0);
        self.reading.set(reading);
        if self.end.get() == End::MakeRoom {
            self.end.set(End::No);
        }
    }

    /// Notes that actix-http has put `100 Continue` before the answer of the request that begins.
    pub(crate) fn say_continue(&self) {
        self.says_continue.set(true);
    }

    /// Whether the bytes that are written next may begin with a `100 Continue` for a body that no handler will read. Asks once: later bytes
    /// may be those of an answer.
    pub(crate) fn take_unneeded_continue(&self) -> bool {
        self.says_continue.take() && !self.has_reader.get()
    }

    /// Notes whether a handler holds the request's body, and may read it.
    pub(crate) fn hold_body(&self, is_held: bool) {
        self.has_reader.set(is_held);
    }

    /// Marks the connection as a WebSocket, for which these bounds do not hold.
    pub(crate) fn upgrade(&self) {
        self.phase.set(Phase::Upgraded);
        self.stalled.set(None);
    }

    /// Marks the answer as complete.
    pub(crate) fn finish(&self) {
        if self.is_upgraded() {
            self.end(End::Read);
        }
        self.phase.set(Phase::Idle);
        self.since.set(Instant::now());
        self.has_unsent.set(true);
        self.unpark();
    }

    pub(crate) fn is_upgraded(&self) -> bool {
        self.phase.get() == Phase::Upgraded
    }

    /// Whether a request runs whose answer is not complete.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self.phase.get(), Phase::Request | Phase::Upgraded)
    }

    /// Whether its client may still wait for the answer to a request: the first one, or one that has begun.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.phase.get() != Phase::Idle && !self.is_upgraded()
    }

    /// Whether neither a request runs nor an answer waits: what is written then comes from actix-http itself.
    pub(crate) fn has_no_answer(&self) -> bool {
        !self.is_busy() && !self.has_unsent.get()
    }

    /// Notes whether the handler waits for more of its request's body.
    pub(crate) fn want_body(&self, is_wanted: bool) {
        if self.reading.get() == Reading::All {
            return;
        }
        self.reading.set(if is_wanted { Reading::Wanted } else { Reading::Nothing });
        if is_wanted {
            self.unpark();
        }
    }

    /// Whether the connection may be read. Otherwise wakes its task when that has changed.
    pub(crate) fn may_read(&self) -> bool {
        let may_read = match self.phase.get() {
            Phase::Request => self.reading.get() != Reading::Nothing,
            _ => !self.has_unsent.get(),
        };
        self.is_parked.set(!may_read);
        may_read
    }

    /// Counts bytes that have arrived. If they are too many, ends the connection and returns false.
    pub(crate) fn receive(&self, bytes: usize, bounds: &Bounds) -> bool {
        if bytes > 0 && self.phase.get() == Phase::Idle {
            self.phase.set(Phase::Head);
            self.since.set(Instant::now());
            self.before_head.set(self.bytes.get());
        }
        let bytes = self.bytes.get().saturating_add(bytes);
        self.bytes.set(bytes);
        let is_within = bytes <= bounds.request_bytes;
        if !is_within {
            self.end.set(End::Read);
        }
        is_within
    }

    /// Bytes that have arrived of the head that actix-http refuses. Where a client pipelines, the part that came with the request before
    /// it is not counted: at most 8 KiB.
    pub(crate) fn head_bytes(&self) -> usize {
        self.bytes.get().saturating_sub(self.before_head.get())
    }

    /// Notes that the client has taken all of its answer.
    pub(crate) fn sent_all(&self) {
        if self.has_unsent.replace(false) {
            self.unpark();
        }
    }

    /// Notes whether the client takes nothing of its answer.
    pub(crate) fn stall(&self, is_stalled: bool) {
        match (is_stalled, self.stalled.get()) {
            (true, None) => self.stalled.set(Some(Instant::now())),
            (false, Some(_)) => self.stalled.set(None),
            _ => {}
        }
    }

    /// Keeps the task's waker for [`end`](Self::end).
    pub(crate) fn watch(&self, cx: &Context<'_>) {
        let mut waker = self.waker.borrow_mut();
        if !waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            *waker = Some(cx.waker().clone());
        }
    }

    /// Whether the connection must end.
    pub(crate) fn ending(&self) -> End {
        self.end.get()
    }

    fn end(&self, end: End) {
        self.end.set(end);
        self.wake();
    }

    /// Keeps a connection that had to make room: its unread bytes may be a request.
    pub(crate) fn spare(&self) {
        self.end.set(End::No);
    }

    /// Whether the connection has neither a request nor a part of one, and had none for `quiet` since `since`.
    pub(crate) fn is_quiet(&self, now: Instant, since: Instant, quiet: Duration) -> bool {
        let waits = match self.phase.get() {
            Phase::FirstHead => self.bytes.get() == 0,
            Phase::Idle => !self.has_unsent.get(),
            Phase::Head | Phase::Request | Phase::Upgraded => false,
        };
        waits && now.saturating_duration_since(since.max(self.since.get())) >= quiet
    }

    /// Ends the connection to make room, unless it has a request or ends already. Returns whether it ends.
    pub(crate) fn make_room(&self) -> bool {
        if self.is_busy() || self.end.get() != End::No {
            return false;
        }
        self.end(if self.stalled.get().is_some() { End::Cut } else { End::MakeRoom });
        true
    }

    /// Ends the connection if a deadline has passed.
    pub(crate) fn end_overdue(&self, now: Instant, bounds: &Bounds) {
        let has_passed = |since: Instant, bound| now.saturating_duration_since(since) >= bound;
        if self.stalled.get().is_some_and(|since| has_passed(since, bounds.write_stall)) {
            return self.end(End::Cut);
        }
        let is_late = match self.phase.get() {
            Phase::Idle => has_passed(self.since.get(), bounds.idle()),
            Phase::Head => has_passed(self.since.get(), bounds.head),
            Phase::FirstHead | Phase::Request | Phase::Upgraded => false,
        };
        if is_late && self.end.get() != End::Cut {
            self.end(End::Read);
        }
    }

    fn unpark(&self) {
        if self.is_parked.replace(false) {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }
}
