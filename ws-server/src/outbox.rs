//! The frames that wait for one client: encoded, bounded in bytes, never awaited by who puts them there.

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use actix_http::ws::{CloseCode as WireCode, CloseReason, OpCode, Parser};
use actix_web::body::{BodySize, MessageBody};
use bytes::{Bytes, BytesMut};
use channels::{Close, CloseCode, Frame};

use crate::waiting::Waiting;

/// One whole WebSocket frame as it travels. Encoded once for a worker, cloned for each of its sockets.
#[derive(Debug, Clone)]
pub(crate) struct Encoded(Bytes);

impl Encoded {
    pub(crate) fn frame(frame: &Frame) -> Self {
        let code = if frame.is_binary() { OpCode::Binary } else { OpCode::Text };
        Self::with(frame.payload(), code)
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
        let mut bytes = BytesMut::with_capacity(payload.len() + 10);
        Parser::write_message(&mut bytes, payload, code, true, false);
        Self(bytes.freeze())
    }
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Push {
    Queued,
    /// The client has not taken what waits: it is over its bound now.
    Full,
    /// The socket is closing, or its connection is gone.
    Closed,
}

/// The frames that wait for one client. One worker thread's; the connection's [`Lane`] takes them from here.
#[derive(Debug)]
pub(crate) struct Outbox {
    limit: usize,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    waiting: Waiting,
    bytes: usize,
    /// Frames of groups, until the consumer has let the socket in: its own first frames come first.
    held: Option<Vec<Bytes>>,
    phase: Phase,
    lane: Option<Waker>,
    parting: Option<Waker>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// The close frame is queued; nothing comes after it.
    Closing,
    /// What waits is the last; then the connection ends.
    Ending,
    /// The connection is gone.
    Gone,
}

impl Outbox {
    pub(crate) fn new(limit: usize) -> Self {
        let state = State {
            waiting: Waiting::default(),
            bytes: 0,
            held: Some(Vec::new()),
            phase: Phase::Open,
            lane: None,
            parting: None,
        };
        Self { limit, state: RefCell::new(state) }
    }

    /// A frame of the socket's own.
    pub(crate) fn push(&self, frame: Encoded) -> Push {
        self.state.borrow_mut().push(frame.0, self.limit)
    }

    /// A frame of a group's: held back while the consumer is still connecting.
    pub(crate) fn push_from_group(&self, frame: &Encoded) -> Push {
        let mut state = self.state.borrow_mut();
        let Some(held) = &mut state.held else { return state.push(frame.0.clone(), self.limit) };
        held.push(frame.0.clone());
        let size = frame.0.len();
        state.bytes += size;
        if state.bytes > self.limit { Push::Full } else { Push::Queued }
    }

    /// The consumer has connected: what was held back follows what it sent.
    pub(crate) fn release(&self) {
        let mut state = self.state.borrow_mut();
        for frame in state.held.take().unwrap_or_default() {
            state.waiting.push_back(frame);
        }
        state.wake();
    }

    /// Queues the close frame behind what waits. `false` where the socket was closing already.
    pub(crate) fn close(&self, close: &Close) -> bool {
        let mut state = self.state.borrow_mut();
        if state.phase != Phase::Open {
            return false;
        }
        state.held = None;
        let frame = Encoded::close(close).0;
        state.bytes += frame.len();
        state.waiting.push_back(frame);
        state.phase = Phase::Closing;
        state.wake();
        true
    }

    /// As [`close`](Self::close), without what waits: the client would not take it anyway.
    pub(crate) fn abandon(&self, close: &Close) -> bool {
        let mut state = self.state.borrow_mut();
        if state.phase == Phase::Open {
            state.waiting = Waiting::default();
            state.bytes = 0;
        }
        drop(state);
        self.close(close)
    }

    /// After what waits the connection ends.
    pub(crate) fn end(&self) {
        let mut state = self.state.borrow_mut();
        if state.phase != Phase::Gone {
            state.phase = Phase::Ending;
            state.wake();
        }
    }

    /// Resolves when the connection has taken all and is gone.
    pub(crate) async fn gone(&self) {
        poll_fn(|cx| {
            let mut state = self.state.borrow_mut();
            if state.phase == Phase::Gone {
                return Poll::Ready(());
            }
            state.parting = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state.borrow().phase == Phase::Open
    }
}

impl State {
    fn push(&mut self, frame: Bytes, limit: usize) -> Push {
        if self.phase != Phase::Open {
            return Push::Closed;
        }
        // One frame larger than the whole bound still goes out where nothing waits before it.
        if !self.waiting.is_empty() && self.bytes + frame.len() > limit {
            return Push::Full;
        }
        self.bytes += frame.len();
        self.waiting.push_back(frame);
        self.wake();
        Push::Queued
    }

    fn wake(&mut self) {
        if let Some(lane) = self.lane.take() {
            lane.wake();
        }
    }
}

/// The response's body: what waits in an outbox. The connection polls it until 32 KiB are buffered and writes them at once, so frames
/// that wait together leave together.
pub(crate) struct Lane(Rc<Outbox>);

impl Lane {
    pub(crate) fn new(outbox: Rc<Outbox>) -> Self {
        Self(outbox)
    }
}

impl MessageBody for Lane {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let mut state = self.0.state.borrow_mut();
        if let Some(frame) = state.waiting.pop_front() {
            state.bytes -= frame.len();
            return Poll::Ready(Some(Ok(frame)));
        }
        if matches!(state.phase, Phase::Ending | Phase::Gone) {
            return Poll::Ready(None);
        }
        if !state.lane.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            state.lane = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut state = self.0.state.borrow_mut();
        state.phase = Phase::Gone;
        state.waiting = Waiting::default();
        state.held = None;
        state.bytes = 0;
        if let Some(parting) = state.parting.take() {
            parting.wake();
        }
    }
}
