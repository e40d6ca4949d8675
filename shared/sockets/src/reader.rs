//! Reads a client's frames. actix-http's codec decodes them, from bytes that [`Frames`] has checked.
//!
//! actix-ws answers the handshake. Its own stream of messages, which uses the same codec, is not used: it keeps a channel of 2 KiB for each
//! socket, and buffers a frame without looking at its header.

use std::{
    future::poll_fn,
    mem,
    task::{Context, Poll, ready},
};

use actix_http::ws::{Codec, Frame};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, dev, web::Payload};
use actix_ws::{Message, ProtocolError};
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use futures_util::StreamExt;
use tokio_util::codec::Decoder as _;

use crate::frames::{Fault, Frames, codec_limit};

/// Reads a client's frames, each as soon as it is whole. Holds one message of the permitted size at most, beside the bytes that the
/// connection has read already.
pub(crate) struct Reader {
    payload: dev::Payload,
    /// Bytes from the payload that have not been checked.
    unread: Bytes,
    frames: Frames,
    limit: usize,
    codec: Codec,
    /// Checked bytes that have not been decoded.
    checked: BytesMut,
    /// Whole frames in `checked`.
    due: usize,
    fault: Option<Fault>,
}

impl Reader {
    /// Answers the handshake; a message of the client may have `limit` bytes.
    ///
    /// # Errors
    /// The request is no handshake.
    pub(crate) async fn handle(request: &HttpRequest, payload: Payload, limit: usize) -> Result<(HttpResponse<()>, Self), Error> {
        let nothing = Payload::from_request(request, &mut dev::Payload::None).await?;
        let (response, _session, _messages) = actix_ws::handle(request, nothing)?;
        let reader = Self {
            payload: payload.into_inner(),
            unread: Bytes::new(),
            frames: Frames::default(),
            limit,
            codec: Codec::new().max_size(codec_limit(limit)),
            checked: BytesMut::new(),
            due: 0,
            fault: None,
        };
        Ok((response.drop_body(), reader))
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
            if let Some(message) = self.decode() {
                return Poll::Ready(Some(Ok(message)));
            }
            if let Some(fault) = self.fault {
                return Poll::Ready(Some(Err(fault)));
            }
            if self.unread.is_empty() {
                match ready!(self.payload.poll_next_unpin(cx)) {
                    Some(Ok(bytes)) => self.unread = bytes,
                    _ => return Poll::Ready(None),
                }
            }
            self.check();
        }
    }

    /// The next frame that is due. A frame with a fault is the last one.
    fn decode(&mut self) -> Option<Message> {
        self.due = self.due.checked_sub(1)?;
        let decoded = match self.codec.decode(&mut self.checked) {
            Ok(Some(frame)) => message(frame),
            Ok(None) => return None,
            Err(fault) => Err(as_fault(&fault)),
        };
        if self.checked.is_empty() {
            self.checked = BytesMut::new(); // an idle socket keeps no buffer
        }
        decoded
            .inspect_err(|fault| {
                self.fault = Some(*fault);
                self.due = 0;
            })
            .ok()
    }

    /// Checks the bytes that have arrived, up to the first fault.
    fn check(&mut self) {
        let passed = self.frames.read(&self.unread, self.limit);
        let is_all = passed.bytes == self.unread.len();
        let piece = if is_all { mem::take(&mut self.unread) } else { self.unread.split_to(passed.bytes) };
        if passed.fault.is_some() || passed.bytes == 0 {
            self.unread = Bytes::new();
        }
        if self.checked.is_empty() {
            self.checked = BytesMut::from(piece);
        } else {
            self.checked.extend_from_slice(&piece);
        }
        self.fault = passed.fault;
        self.due = passed.frames;
    }
}

fn message(frame: Frame) -> Result<Message, Fault> {
    Ok(match frame {
        Frame::Text(bytes) => Message::Text(ByteString::try_from(bytes).map_err(|_| Fault::NotUtf8)?),
        Frame::Binary(bytes) => Message::Binary(bytes),
        Frame::Continuation(item) => Message::Continuation(item),
        Frame::Ping(bytes) => Message::Ping(bytes),
        Frame::Pong(bytes) => Message::Pong(bytes),
        Frame::Close(reason) => Message::Close(reason),
    })
}

/// Headers are checked before. The codec can only find a fault in the code of a close frame.
fn as_fault(fault: &ProtocolError) -> Fault {
    match fault {
        ProtocolError::Overflow => Fault::TooLarge,
        _ => Fault::CloseCode,
    }
}
