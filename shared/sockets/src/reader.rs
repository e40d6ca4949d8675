//! Reads a client's frames. actix-ws parses them, from bytes that [`Frames`] has checked.

use std::{
    cell::Cell,
    future::poll_fn,
    mem,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use actix_http::{BoxedPayloadStream, error::PayloadError};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, body::BoxBody, dev, web::Payload};
use actix_ws::{Message, MessageStream, ProtocolError};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use crate::frames::{Fault, Frames, parser_limit};

/// The largest buffer, in bytes, that the parser keeps.
const BUFFER_KEPT: usize = 4 << 10;

/// Reads a client's frames, each as soon as it is whole. Holds one message of the permitted size at most, beside the bytes that the
/// connection has read already.
pub(crate) struct Reader {
    payload: dev::Payload,
    /// Bytes from the payload that have not been read.
    unread: Bytes,
    frames: Frames,
    limit: usize,
    pipe: Rc<Pipe>,
    parser: MessageStream,
    /// Frames that the parser has still to return.
    due: usize,
    fault: Option<Fault>,
    /// The parser has found a fault itself.
    is_stopped: bool,
    /// Bytes that the parser has got since the last whole frame.
    buffered: usize,
    /// actix-ws's own body of the response, never polled. The parser ends when it is dropped.
    _body: BoxBody,
}

impl Reader {
    /// Answers the handshake; a message of the client may have `limit` bytes.
    ///
    /// # Errors
    /// The request is no handshake.
    pub(crate) async fn handle(request: &HttpRequest, payload: Payload, limit: usize) -> Result<(HttpResponse<()>, Self), Error> {
        let pipe = Rc::new(Pipe::default());
        let stream: BoxedPayloadStream = Box::pin(PipeEnd(Rc::clone(&pipe)));
        let piped = Payload::from_request(request, &mut dev::Payload::Stream { payload: stream }).await?;
        let (response, _session, parser) = actix_ws::handle(request, piped)?;
        let (response, body) = response.into_parts();
        let reader = Self {
            payload: payload.into_inner(),
            unread: Bytes::new(),
            frames: Frames::default(),
            limit,
            pipe,
            parser: parser.max_frame_size(parser_limit(limit)),
            due: 0,
            fault: None,
            is_stopped: false,
            buffered: 0,
            _body: body,
        };
        Ok((response, reader))
    }

    /// Reads the next frame; `None` if the connection has ended. The frames before a fault come first, and nothing comes after it.
    /// Cancelling the call loses nothing.
    pub(crate) async fn next(&mut self) -> Option<Result<Message, Fault>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Reads and drops the client's bytes, until its close frame or the end of the connection.
    pub(crate) async fn finish(&mut self) {
        let mut bytes = mem::take(&mut self.unread);
        while !self.frames.skip(&bytes) {
            match self.payload.next().await {
                Some(Ok(next)) => bytes = next,
                _ => return,
            }
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, Fault>>> {
        loop {
            if self.due > 0
                && let Some(message) = self.parse(cx)
            {
                return Poll::Ready(Some(Ok(message)));
            }
            if let Some(fault) = self.fault {
                return Poll::Ready(Some(Err(fault)));
            }
            if self.unread.is_empty() {
                self.give_buffer_back(cx);
                match ready!(self.payload.poll_next_unpin(cx)) {
                    Some(Ok(bytes)) => self.unread = bytes,
                    _ => return Poll::Ready(None),
                }
            }
            self.pass_on(cx);
        }
    }

    /// The parser's next frame, if it has one.
    fn parse(&mut self, cx: &mut Context<'_>) -> Option<Message> {
        loop {
            match self.parser.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(message))) => {
                    self.due -= 1;
                    return Some(message);
                }
                // The parser has queued the frames before the fault. It returns them first, and then comes to the end of the pipe.
                Poll::Ready(Some(Err(fault))) if !self.is_stopped => {
                    self.fault = Some(as_fault(&fault));
                    self.is_stopped = true;
                    self.pipe.0.set(Piece::End);
                }
                _ => {
                    self.due = 0;
                    return None;
                }
            }
        }
    }

    /// Passes the checked bytes to the parser.
    fn pass_on(&mut self, cx: &mut Context<'_>) {
        if !self.frames.is_inside_frame() {
            self.buffered = 0;
        }
        let passed = self.frames.read(&self.unread, self.limit);
        let is_all = passed.bytes == self.unread.len();
        let piece = if is_all { mem::take(&mut self.unread) } else { self.unread.split_to(passed.bytes) };
        if passed.fault.is_some() || passed.bytes == 0 {
            self.unread = Bytes::new();
        }
        self.fault = passed.fault;
        self.due = passed.frames;
        self.buffered += piece.len();
        self.pipe.0.set(Piece::Bytes(piece));
        if self.due == 0 {
            // No frame is whole yet: the parser only buffers the bytes.
            let _none = self.parser.poll_next_unpin(cx);
        }
    }

    /// The parser keeps its buffer until it gets the next piece. An empty piece makes it free a large buffer.
    fn give_buffer_back(&mut self, cx: &mut Context<'_>) {
        if self.buffered > BUFFER_KEPT && !self.frames.is_inside_frame() {
            self.buffered = 0;
            self.pipe.0.set(Piece::Bytes(Bytes::new()));
            let _none = self.parser.poll_next_unpin(cx);
        }
    }
}

/// Headers are checked before. The parser can only find a fault in a text, or in the code of a close frame.
fn as_fault(fault: &ProtocolError) -> Fault {
    match fault {
        ProtocolError::Io(_) => Fault::NotUtf8,
        ProtocolError::Overflow => Fault::TooLarge,
        _ => Fault::CloseCode,
    }
}

/// Passes one piece at a time to the parser, which the reader polls.
#[derive(Default)]
struct Pipe(Cell<Piece>);

#[derive(Default)]
enum Piece {
    #[default]
    Nothing,
    Bytes(Bytes),
    End,
}

struct PipeEnd(Rc<Pipe>);

impl Stream for PipeEnd {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.0.0.take() {
            Piece::Nothing => Poll::Pending,
            Piece::Bytes(bytes) => Poll::Ready(Some(Ok(bytes))),
            Piece::End => Poll::Ready(Some(Err(PayloadError::Incomplete(None)))),
        }
    }
}
