//! The frames that wait for one client: encoded, bounded in bytes. No sender waits for them.

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use actix_http::ws::{CloseCode as WireCode, CloseReason, OpCode, Parser};
use actix_web::body::{BodySize, MessageBody};
use bytes::{Bytes, BytesMut};
use catamaran::{Close, CloseCode, Frame};
use tokio::time::Instant;

use crate::{backlog::Backlog, frame_queue::FrameQueue};

/// The memory of a waiting frame, besides its bytes.
const ENTRY: usize = size_of::<Bytes>();
/// The most bytes that a connection takes at once, so that its buffer stays small.
const PART: usize = 16 << 10;
/// How many times its bound may wait for a client for a short time.
const BURST: usize = 8;
/// [`Outbox::poll_writable`] is ready if at most the bound divided by this waits.
const WRITABLE_PART: usize = 4;
/// A client lags if more than its bound divided by this waits. It gets no volatile frames then.
const LAG_PART: usize = 16;
/// A client is slow if more than its bound has waited for this long. Only time distinguishes a slow client from a burst.
const PATIENCE: Duration = Duration::from_secs(2);

/// A whole WebSocket frame, encoded once for a worker and cloned for each of its sockets.
#[derive(Debug, Clone)]
pub(crate) struct Encoded(Bytes);

impl Encoded {
    pub(crate) fn frame(frame: &Frame, backlog: &Arc<Backlog>) -> Self {
        let code = if frame.is_binary() { OpCode::Binary } else { OpCode::Text };
        Self(backlog.count(Self::bytes(frame.payload(), code)))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn ping() -> Self {
        Self::with(b"", OpCode::Ping)
    }

    pub(crate) fn pong(payload: &[u8]) -> Self {
        Self::with(payload, OpCode::Pong)
    }

    fn close(close: &Close) -> Self {
        let reason = CloseReason { code: WireCode::from(close.code.0), description: Some(close.short_reason().to_owned()) };
        let mut bytes = BytesMut::new();
        Parser::write_close(&mut bytes, (close.code != CloseCode::NO_STATUS).then_some(reason), false);
        Self(bytes.freeze())
    }

    fn with(payload: &[u8], code: OpCode) -> Self {
        Self(Self::bytes(payload, code).freeze())
    }

    fn bytes(payload: &[u8], code: OpCode) -> BytesMut {
        let mut bytes = BytesMut::with_capacity(payload.len() + 10);
        Parser::write_message(&mut bytes, payload, code, true, false);
        bytes
    }
}

/// The outcome of [`Outbox::push`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Push {
    Queued,
    /// Too much waits for the client already.
    Full,
    /// The socket is closing, or its connection is gone.
    Closed,
}

/// The frames and bytes that the connection has taken for the client so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) frames: u64,
    /// With the headers of the frames.
    pub(crate) bytes: u64,
}

/// The frames that wait for one client, on its worker's thread. The connection takes them through an [`OutboxBody`].
#[derive(Debug)]
pub(crate) struct Outbox {
    limit: usize,
    backlog: Arc<Backlog>,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    waiting: FrameQueue,
    bytes: usize,
    taken: Taken,
    /// The time since which more than the bound waits.
    over_since: Option<Instant>,
    /// The connection has taken a part of the first frame.
    is_cut: bool,
    /// Frames of groups, until the consumer has accepted the socket: its own first frames come first.
    held: Option<Vec<Bytes>>,
    phase: Phase,
    body: Option<Waker>,
    /// The session, while it waits for room or for the end of the connection.
    connection: Option<Waker>,
    /// Those that wait until the client has taken most of what waits.
    writers: Vec<Waker>,
    /// If fewer bytes than these wait, a waiting task can go on. 0 if no task waits.
    wake_below: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// The close frame is queued; nothing comes after it.
    Closing,
    /// The waiting frames are the last; then the connection ends.
    Ending,
    /// The connection is gone.
    Gone,
}

impl Outbox {
    pub(crate) fn new(limit: usize, backlog: Arc<Backlog>) -> Self {
        let state = State {
            waiting: FrameQueue::default(),
            bytes: 0,
            taken: Taken::default(),
            over_since: None,
            is_cut: false,
            held: Some(Vec::new()),
            phase: Phase::Open,
            body: None,
            connection: None,
            writers: Vec::new(),
            wake_below: 0,
        };
        Self { limit, backlog, state: RefCell::new(state) }
    }

    /// Queues a frame of the socket's own.
    pub(crate) fn push(&self, frame: Encoded) -> Push {
        self.state.borrow_mut().push(frame.0, self)
    }

    /// Queues a group's frame. It is held back while the consumer connects.
    pub(crate) fn push_from_group(&self, frame: &Encoded) -> Push {
        let mut state = self.state.borrow_mut();
        let Some(held) = &mut state.held else { return state.push(frame.0.clone(), self) };
        held.push(frame.0.clone());
        state.bytes += frame.len() + ENTRY;
        if state.bytes > self.limit * BURST { Push::Full } else { Push::Queued }
    }

    /// Queues the held frames behind those of the consumer, which has connected now.
    pub(crate) fn release(&self) {
        let mut state = self.state.borrow_mut();
        for frame in state.held.take().unwrap_or_default() {
            state.enqueue(frame, &self.backlog);
        }
        state.note_size(self.limit);
        state.wake();
    }

    /// Queues the close frame behind the waiting frames. `false` if the socket was closing already.
    pub(crate) fn close(&self, close: &Close) -> bool {
        let mut state = self.state.borrow_mut();
        if state.phase != Phase::Open {
            return false;
        }
        state.held = None;
        let frame = Encoded::close(close).0;
        state.bytes += frame.len() + ENTRY;
        state.enqueue(frame, &self.backlog);
        state.phase = Phase::Closing;
        state.wake_writers();
        state.wake();
        true
    }

    /// As [`close`](Self::close), but drops the waiting frames, which the client would not read. The rest of a frame that has begun stays:
    /// without it the close frame would be a part of that frame.
    pub(crate) fn abandon(&self, close: &Close) -> bool {
        let mut state = self.state.borrow_mut();
        if state.phase == Phase::Open {
            state.forget(&self.backlog);
        }
        drop(state);
        self.close(close)
    }

    /// Ends the connection behind the waiting frames.
    pub(crate) fn end(&self) {
        let mut state = self.state.borrow_mut();
        if state.phase != Phase::Gone {
            state.phase = Phase::Ending;
            state.wake();
        }
    }

    /// Resolves when the connection has taken all frames and has ended.
    pub(crate) async fn gone(&self) {
        poll_fn(|cx| {
            let mut state = self.state.borrow_mut();
            if state.phase == Phase::Gone {
                return Poll::Ready(());
            }
            state.connection = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Resolves when no more than the bound waits. The connection's task waits for it before each command, so that answers that the client
    /// does not read cannot pile up.
    pub(crate) async fn room(&self) {
        poll_fn(|cx| {
            let mut state = self.state.borrow_mut();
            if state.over_since.is_none() || state.phase != Phase::Open {
                return Poll::Ready(());
            }
            state.connection = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Ready if a writer may go on, or if the outbox takes no more frames.
    pub(crate) fn poll_writable(&self, cx: &Context<'_>) -> Poll<()> {
        let (mut state, mark) = (self.state.borrow_mut(), self.limit / WRITABLE_PART);
        if state.bytes <= mark || state.phase != Phase::Open {
            return Poll::Ready(());
        }
        if !state.writers.iter().any(|waker| waker.will_wake(cx.waker())) {
            state.writers.push(cx.waker().clone());
        }
        state.wake_below = state.wake_below.max(mark + 1);
        Poll::Pending
    }

    /// Whether the client lags. It does also until its consumer has accepted it.
    pub(crate) fn lags(&self) -> bool {
        let state = self.state.borrow();
        state.held.is_some() || state.bytes > self.limit / LAG_PART
    }

    /// Whether more than the bound has waited for too long.
    pub(crate) fn is_slow(&self, now: Instant) -> bool {
        let state = self.state.borrow();
        state.phase == Phase::Open && state.over_since.is_some_and(|since| now.saturating_duration_since(since) >= PATIENCE)
    }

    /// Returns the frames and bytes that the connection has taken so far.
    pub(crate) fn taken(&self) -> Taken {
        self.state.borrow().taken
    }

    /// Bytes that wait.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.state.borrow().bytes
    }

    /// The frames that wait for all clients of this thread.
    pub(crate) fn backlog(&self) -> &Arc<Backlog> {
        &self.backlog
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state.borrow().phase == Phase::Open
    }
}

impl State {
    fn push(&mut self, frame: Bytes, outbox: &Outbox) -> Push {
        if self.phase != Phase::Open {
            return Push::Closed;
        }
        if let Some(since) = self.over_since
            && (self.bytes >= outbox.limit * BURST || since.elapsed() >= PATIENCE)
        {
            return Push::Full;
        }
        self.bytes += frame.len() + ENTRY;
        self.note_size(outbox.limit);
        self.enqueue(frame, &outbox.backlog);
        self.wake();
        Push::Queued
    }

    fn note_size(&mut self, limit: usize) {
        if self.bytes > limit && self.over_since.is_none() {
            self.over_since = Some(Instant::now());
            self.wake_below = limit + 1;
        }
    }

    /// Appends a frame. One that waits alone needs no allocation, and is not counted.
    fn enqueue(&mut self, frame: Bytes, backlog: &Backlog) {
        if !self.waiting.is_empty() {
            backlog.add(ENTRY);
        }
        self.waiting.push_back(frame);
    }

    /// Takes the next bytes for the connection.
    fn take(&mut self, outbox: &Outbox) -> Option<Bytes> {
        let (bytes, is_whole) = self.waiting.pop_part(PART)?;
        self.bytes -= bytes.len();
        self.taken.bytes += bytes.len() as u64;
        self.is_cut = !is_whole;
        if is_whole {
            self.taken.frames += 1;
            self.bytes -= ENTRY;
            if !self.waiting.is_empty() {
                outbox.backlog.remove(ENTRY);
            }
        }
        if self.bytes < self.wake_below {
            self.relieved(outbox.limit);
        }
        Some(bytes)
    }

    /// Wakes the tasks that have waited for the client.
    #[cold]
    fn relieved(&mut self, limit: usize) {
        if self.over_since.is_some() && self.bytes <= limit {
            self.over_since = None;
            self.wake_connection();
        }
        if self.bytes <= limit / WRITABLE_PART {
            self.wake_writers();
        }
        self.wake_below = if self.writers.is_empty() { 0 } else { limit / WRITABLE_PART + 1 };
    }

    /// Drops all waiting frames but the rest of one that has begun.
    fn forget(&mut self, backlog: &Backlog) {
        backlog.remove(ENTRY * self.waiting.len().saturating_sub(1));
        if self.is_cut {
            self.waiting.keep_first();
            self.bytes = self.waiting.first_len() + ENTRY;
        } else {
            self.waiting = FrameQueue::default();
            self.bytes = 0;
        }
        self.over_since = None;
    }

    fn wake_writers(&mut self) {
        std::mem::take(&mut self.writers).into_iter().for_each(Waker::wake);
    }

    fn wake_connection(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.wake();
        }
    }

    fn wake(&mut self) {
        if let Some(body) = self.body.take() {
            body.wake();
        }
    }
}

/// The response's body: the frames of an outbox. The connection polls it until 32 KiB are buffered and writes them at once, so frames
/// that wait together leave together.
pub(crate) struct OutboxBody(Rc<Outbox>);

impl OutboxBody {
    pub(crate) fn new(outbox: Rc<Outbox>) -> Self {
        Self(outbox)
    }
}

impl MessageBody for OutboxBody {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let mut state = self.0.state.borrow_mut();
        if let Some(bytes) = state.take(&self.0) {
            return Poll::Ready(Some(Ok(bytes)));
        }
        if matches!(state.phase, Phase::Ending | Phase::Gone) {
            return Poll::Ready(None);
        }
        if !state.body.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            state.body = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for OutboxBody {
    fn drop(&mut self) {
        let mut state = self.0.state.borrow_mut();
        state.phase = Phase::Gone;
        state.is_cut = false;
        state.forget(&self.0.backlog);
        state.held = None;
        state.wake_writers();
        state.wake_connection();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::{
        FutureExt,
        task::{Context as TaskContext, noop_waker},
    };

    use super::*;

    const LIMIT: usize = 1 << 20;

    fn outbox() -> Rc<Outbox> {
        let outbox = Rc::new(Outbox::new(LIMIT, Backlog::new(64 << 20)));
        outbox.release();
        outbox
    }

    fn push(outbox: &Outbox, bytes: usize) -> Push {
        outbox.push(Encoded::frame(&Frame::text("x".repeat(bytes)), outbox.backlog()))
    }

    /// The connection takes so many bytes.
    fn take(outbox: &Outbox, bytes: usize) {
        let (mut state, mut taken) = (outbox.state.borrow_mut(), 0);
        while taken < bytes {
            taken += state.take(outbox).expect("enough waits").len();
        }
    }

    #[test]
    fn a_writer_goes_on_when_a_quarter_of_the_bound_waits() {
        let outbox = outbox();
        push(&outbox, LIMIT / 2);
        let mut writer = Box::pin(poll_fn(|cx| outbox.poll_writable(cx)));
        assert!(writer.as_mut().now_or_never().is_none());
        take(&outbox, LIMIT / 8);
        assert!(writer.as_mut().now_or_never().is_none());
        take(&outbox, LIMIT / 8 + PART);
        assert!(writer.as_mut().now_or_never().is_some());
    }

    #[test]
    fn wakes_every_writer_once_and_at_the_close_too() {
        let outbox = outbox();
        push(&outbox, LIMIT / 2);
        for ending in [false, true] {
            let flags = [Flag::default(), Flag::default()].map(Arc::new);
            for flag in &flags {
                let waker = Waker::from(Arc::clone(flag));
                assert!(outbox.poll_writable(&TaskContext::from_waker(&waker)).is_pending());
                assert!(outbox.poll_writable(&TaskContext::from_waker(&waker)).is_pending());
            }
            if ending {
                outbox.close(&Close::new(CloseCode::NORMAL, ""));
            } else {
                take(&outbox, LIMIT / 4 + PART);
                push(&outbox, LIMIT / 4);
            }
            assert_eq!(flags.map(|flag| flag.0.load(Ordering::Relaxed)), [1, 1], "{ending}");
        }
        assert!(outbox.poll_writable(&TaskContext::from_waker(&noop_waker())).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_is_slow_where_more_than_the_bound_waits_for_two_seconds() {
        let outbox = outbox();
        assert_eq!(push(&outbox, LIMIT + 1), Push::Queued);
        tokio::time::advance(PATIENCE - Duration::from_millis(1)).await;
        assert_eq!((push(&outbox, 1), outbox.is_slow(Instant::now())), (Push::Queued, false));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!((push(&outbox, 1), outbox.is_slow(Instant::now())), (Push::Full, true));
        take(&outbox, 2 * PART);
        assert_eq!((push(&outbox, 1), outbox.is_slow(Instant::now())), (Push::Queued, false));
        assert!(outbox.room().now_or_never().is_some());
    }

    #[test]
    fn a_client_lags_where_a_sixteenth_of_the_bound_waits() {
        let connecting = Outbox::new(LIMIT, Backlog::new(64 << 20));
        assert!(connecting.lags());
        let outbox = outbox();
        push(&outbox, LIMIT / LAG_PART - 100);
        assert!(!outbox.lags());
        push(&outbox, 100);
        assert!(outbox.lags());
    }

    #[derive(Default)]
    struct Flag(AtomicUsize);

    impl std::task::Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}
