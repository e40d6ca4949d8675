//! A connection whose every request head must arrive in time, and of which one request takes a bounded number of bytes.
//!
//! actix-http has a deadline for the first head of a connection alone, and reads the extensions and trailers of a chunked body without
//! a bound. So the bytes are watched on their way to it; where a bound is crossed, it is told that the client sends nothing more.

use std::{
    cell::{Cell, RefCell},
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use actix_web::rt::time::{Instant, Sleep, sleep_until};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{connections::Permit, limits};

/// A connection to a client.
pub(crate) struct Connection<T> {
    io: T,
    requests: Rc<Requests>,
    /// The deadline of the head that has begun to arrive.
    head: Option<Instant>,
    /// Wakes the connection's task at the deadline. Kept from one head to the next: most arrive in one piece.
    timer: Option<Pin<Box<Sleep>>>,
    /// Counts the connection as its client's.
    _permit: Permit,
}

/// What the middleware tells a connection of its requests.
#[derive(Default)]
pub(crate) struct Requests {
    running: Cell<u32>,
    /// Bytes that arrived since the last request began.
    bytes: Cell<usize>,
    /// Whether the connection must end once it has no request.
    ended: Cell<bool>,
    /// Of the connection's task, while it waits for bytes.
    waiting: RefCell<Option<Waker>>,
}

/// A request whose answer has not left yet.
pub(crate) struct Running(Rc<Requests>);

impl Requests {
    pub(crate) fn begin(self: &Rc<Self>) -> Running {
        self.running.set(self.running.get().saturating_add(1));
        self.bytes.set(0);
        Running(Rc::clone(self))
    }

    /// Whether a request is there whose answer has not left.
    pub(crate) fn is_running(&self) -> bool {
        self.running.get() > 0
    }

    /// Ends the connection, unless a request comes before.
    pub(crate) fn end(&self) {
        self.ended.set(true);
        if let Some(waiting) = self.waiting.take() {
            waiting.wake();
        }
    }

    /// Whether [`end`](Self::end) was called and no request came before it took effect.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.get() && !self.is_running()
    }

    fn wait(&self, cx: &Context<'_>) {
        let mut waiting = self.waiting.borrow_mut();
        if !waiting.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            *waiting = Some(cx.waker().clone());
        }
    }

    /// Counts bytes; false where they are too many for one request.
    fn take(&self, bytes: usize) -> bool {
        let bytes = self.bytes.get().saturating_add(bytes);
        self.bytes.set(bytes);
        bytes <= limits::REQUEST_BYTES
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.set(self.0.running.get().saturating_sub(1));
    }
}

impl<T> Connection<T> {
    pub(crate) fn new(io: T, permit: Permit) -> Self {
        Self { io, requests: Rc::default(), head: None, timer: None, _permit: permit }
    }

    pub(crate) fn requests(&self) -> Rc<Requests> {
        Rc::clone(&self.requests)
    }

    /// Whether a head has begun to arrive and its deadline has passed.
    fn is_overdue(&mut self, cx: &mut Context<'_>) -> bool {
        if self.requests.is_running() {
            self.head = None;
        }
        let Some(deadline) = self.head else { return false };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.as_mut().poll(cx).is_pending() {
            return false;
        }
        // The timer may be an earlier head's.
        if timer.deadline() >= deadline {
            return true;
        }
        timer.as_mut().reset(deadline);
        timer.as_mut().poll(cx).is_ready()
    }

    /// Bytes have arrived; false where the client must not send more.
    fn received(&mut self, bytes: usize, cx: &mut Context<'_>) -> bool {
        if bytes > 0 && self.head.is_none() && !self.requests.is_running() {
            self.head = Some(Instant::now() + limits::REQUEST_HEAD);
            self.is_overdue(cx);
        }
        self.requests.take(bytes)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.requests.has_ended() || this.is_overdue(cx) {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut this.io).poll_read(cx, buf);
        if !matches!(read, Poll::Ready(Ok(()))) {
            this.requests.wait(cx);
            return read;
        }
        let bytes = buf.filled().len() - before;
        if !this.received(bytes, cx) {
            buf.set_filled(before);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}
