//! The bytes of a connection, on their way to actix-http and back.
//!
//! actix-http has a deadline for the first head of a connection alone, reads the extensions and trailers of a chunked body and the bytes
//! after an answer without a bound, and decodes as many pipelined requests as have arrived. So this module counts the bytes and holds them
//! back. If a bound is exceeded, actix-http reads the end of the stream.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{
    addresses::Permit,
    refusal::Refusal,
    state::{ConnectionState, End},
    worker::{OpenConnection, Worker},
};

/// Bytes that are read before actix-http looks at them. All pipelined requests among them are decoded at once, at about 1 KiB of memory
/// for each; its first buffer is as large.
const GULP: usize = 8 << 10;

/// A connection to a client.
pub(crate) struct Connection<T> {
    io: T,
    state: Rc<ConnectionState>,
    /// Bytes read since actix-http has looked at what was read.
    gulp: usize,
    /// An answer of actix-http's own, with problem details as its body.
    refusal: Option<Box<Refusal>>,
    /// Counts the connection as its client's.
    _permit: Permit,
    /// Counts the connection as its worker's.
    open: OpenConnection,
}

impl<T> Connection<T> {
    pub(crate) fn new(io: T, worker: &Rc<Worker>, permit: Permit) -> Self {
        let state = Rc::new(ConnectionState::new());
        let open = worker.enter(&state);
        Self { io, state, gulp: 0, refusal: None, _permit: permit, open }
    }

    pub(crate) fn state(&self) -> &Rc<ConnectionState> {
        &self.state
    }
}

impl<T: AsyncRead + Unpin> Connection<T> {
    /// Reads the bytes that actix-http may have now. No bytes mean the end of the stream.
    #[inline(never)] // so that a WebSocket's reads stay cheap
    fn poll_read_bounded(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.state.watch(cx);
        match self.state.ending() {
            End::No => {}
            End::MakeRoom => return self.poll_last_bytes(cx, buf),
            End::Read => return Poll::Ready(Ok(())),
            End::Cut => return Poll::Ready(Err(stalled())),
        }
        if !self.state.may_read() {
            self.gulp = 0;
            return Poll::Pending;
        }
        if self.gulp >= GULP {
            self.gulp = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buf.filled().len();
        let read = self.poll_gulp(cx, buf)?;
        if read.is_pending() {
            self.gulp = 0;
            return Poll::Pending;
        }
        let bytes = buf.filled().len() - before;
        self.gulp += bytes;
        if !self.state.receive(bytes, self.open.worker().bounds()) {
            buf.set_filled(before);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_gulp(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let room = GULP - self.gulp;
        let io = Pin::new(&mut self.io);
        if buf.remaining() <= GULP {
            return io.poll_read(cx, buf);
        }
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(room));
        ready!(io.poll_read(cx, &mut part))?;
        let bytes = part.filled().len();
        buf.advance(bytes);
        Poll::Ready(Ok(()))
    }

    /// Ends the stream, unless bytes wait: a whole request may have come while others were served.
    fn poll_last_bytes(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = self.poll_gulp(cx, buf)?;
        let bytes = buf.filled().len() - before;
        if read.is_ready() && bytes > 0 {
            self.state.spare();
            self.state.receive(bytes, self.open.worker().bounds());
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> Connection<T> {
    #[inline(never)] // as above
    fn poll_write_bounded(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.state.ending() == End::Cut {
            return Poll::Ready(Err(stalled()));
        }
        if self.refusal.is_none() && self.state.has_no_answer() {
            self.refusal = Refusal::instead_of(buf, self.state.head_bytes(), self.open.worker().bounds()).map(Box::new);
        }
        if self.state.take_unneeded_continue() && is_followed_by_answer(buf) {
            return Poll::Ready(Ok(CONTINUE.len()));
        }
        let io = Pin::new(&mut self.io);
        let (written, is_stalled) = match &mut self.refusal {
            Some(refusal) => refusal.poll_write(io, cx, buf.len()),
            None => {
                let written = io.poll_write(cx, buf);
                let is_stalled = written.is_pending();
                (written, is_stalled)
            }
        };
        if is_stalled {
            self.state.watch(cx);
        }
        self.state.stall(is_stalled);
        written
    }
}

/// actix-http's interim answer to `Expect: 100-continue`.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Whether the bytes are the interim answer and what follows it.
fn is_followed_by_answer(buf: &[u8]) -> bool {
    buf.strip_prefix(CONTINUE).is_some_and(|answer| !answer.is_empty())
}

fn stalled() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing of its answer")
}

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.state.is_upgraded() {
            return Pin::new(&mut this.io).poll_read(cx, buf);
        }
        this.poll_read_bounded(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.state.is_upgraded() {
            return Pin::new(&mut this.io).poll_write(cx, buf);
        }
        this.poll_write_bounded(cx, buf)
    }

    /// actix-http comes here when all that it had to write is written.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.state.sent_all();
        Pin::new(&mut this.io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}
