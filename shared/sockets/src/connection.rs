//! One socket, from its consumer's `connect` to its `disconnect`.

use std::{panic::AssertUnwindSafe, rc::Rc};

use actix_http::ws::Item;
use actix_ws::Message;
use bytes::Bytes;
use bytestring::ByteString;
use catamaran::{Accept, Close, CloseCode, Consumer, Driver, Incoming};
use futures_util::FutureExt as _;
use serde_json::json;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

use crate::{
    close,
    close_counts::Side,
    fragments::Fragments,
    frames::Fault,
    hub::Hub,
    inbox::InboxItem,
    limits::Limits,
    outbox::Encoded,
    panics,
    rate::{Rate, Verdict},
    reader::Reader,
    socket::Socket,
};

/// The connection of one socket, run by a task of its own.
pub(crate) struct Connection<C: Consumer> {
    pub(crate) driver: Driver<C>,
    pub(crate) socket: Rc<Socket>,
    pub(crate) hub: Rc<Hub>,
    pub(crate) reader: Reader,
}

/// The next event of a connection.
enum Next {
    Item(InboxItem),
    /// An event of the consumer's own tasks and timers.
    Local,
    Frame(Option<Result<Message, Fault>>),
}

/// The meaning of a client's message.
enum Input {
    Command(ByteString),
    Binary(Bytes),
    /// The client's close frame, with this code.
    Close(CloseCode),
    Nothing,
}

impl<C: Consumer> Connection<C> {
    /// Runs to the end. Sends to `answer` how the consumer accepted the socket, or `None` if it was refused: the client gets a close frame
    /// then.
    ///
    /// Each call of the consumer runs in a box, so that an idle socket needs no memory for its consumer's largest future.
    #[expect(clippy::manual_async_fn, reason = "an async fn would hold `self` twice: as it was given, and as it is used")]
    pub(crate) fn run(mut self, answer: oneshot::Sender<Option<Accept>>) -> impl Future<Output = ()> {
        async move {
            // The consumer does not see a socket that the server itself has refused.
            let is_admitted = self.socket.outbox.is_open();
            let connected = if is_admitted { AssertUnwindSafe(Box::pin(self.connect())).catch_unwind().await } else { Ok(None) };
            let accepted = connected.unwrap_or_else(|_| {
                self.fail_after_panic();
                None
            });
            let is_accepted = accepted.is_some();
            self.socket.outbox.release();
            let is_answered = answer.send(accepted).is_ok();
            let code = if is_accepted && is_answered {
                AssertUnwindSafe(self.serve()).catch_unwind().await.unwrap_or_else(|_| self.fail_after_panic())
            } else {
                CloseCode::ABNORMAL
            };
            // Also after a panic: otherwise the user and the address would have one place less until the process ends.
            self.hub.release(&self.socket);
            Box::pin(self.end(code, is_admitted, is_answered)).await;
        }
    }

    /// Closes the socket of a consumer that panicked.
    fn fail_after_panic(&self) -> CloseCode {
        panics::note(&self.socket.counters, self.socket.consumer_type.path(), "a consumer panicked, and its socket is closed");
        self.socket.end(close::failed());
        CloseCode::INTERNAL
    }

    async fn connect(&mut self) -> Option<Accept> {
        let limit = self.socket.limits.connect_timeout;
        let outcome = timeout(limit, self.driver.connect()).await.unwrap_or_else(|_| {
            log::warn!("{}: connect took longer than {limit:?}", self.socket.consumer_type.path());
            Err(Close::new(close::TRY_AGAIN, "the server is busy; connect again in a few seconds"))
        });
        match outcome {
            Ok(accept) => {
                self.socket.counters.accepted.add(1);
                Some(accept)
            }
            Err(refusal) => {
                self.socket.counters.refused.add(1);
                log::debug!("{}: refused with {}: {}", self.socket.consumer_type.path(), refusal.code, refusal.reason);
                self.socket.end(refusal);
                None
            }
        }
    }

    /// Serves until one side closes the socket. Returns the client's code, which counts unless this side has closed it.
    async fn serve(&mut self) -> CloseCode {
        let mut rate = Rate::new(&self.socket.limits, Rc::clone(&self.socket.permit));
        let mut fragments = Fragments::default();
        // Also if the connection has ended: the frames that the client sent before are handled, then the reader ends.
        while self.socket.ended_with().is_none() {
            let next = tokio::select! {
                item = self.socket.inbox.next() => Next::Item(item),
                () = self.driver.local_ready() => Next::Local,
                frame = async {
                    self.socket.outbox.room().await;
                    self.reader.next().await
                } => Next::Frame(frame),
            };
            match next {
                Next::Item(InboxItem::Incoming(incoming)) => Box::pin(self.event(incoming)).await,
                Next::Item(InboxItem::Frame(frame)) => self.socket.put_delayed(frame),
                Next::Item(InboxItem::Closed) => break,
                Next::Local => Box::pin(self.local()).await,
                Next::Frame(Some(Ok(frame))) => match self.frame(frame, &mut rate, &mut fragments) {
                    Input::Command(text) => Box::pin(self.command(text)).await,
                    Input::Binary(bytes) => Box::pin(self.binary(bytes)).await,
                    Input::Close(code) => return code,
                    Input::Nothing => {}
                },
                Next::Frame(Some(Err(fault))) => return self.fail(fault),
                Next::Frame(None) => return CloseCode::ABNORMAL,
            }
        }
        CloseCode::NORMAL
    }

    async fn event(&mut self, incoming: Incoming) {
        let work = self.driver.incoming(&incoming, &self.socket.counters.unhandled);
        bounded(&self.socket, work).await;
    }

    async fn command(&mut self, text: ByteString) {
        bounded(&self.socket, self.driver.text(&text)).await;
    }

    async fn binary(&mut self, bytes: Bytes) {
        bounded(&self.socket, self.driver.binary(bytes)).await;
    }

    async fn local(&mut self) {
        bounded(&self.socket, self.driver.local()).await;
    }

    fn frame(&self, frame: Message, rate: &mut Rate, fragments: &mut Fragments) -> Input {
        let is_due = self.socket.is_pinged();
        self.socket.note_received(Instant::now());
        self.socket.counters.received.add(1);
        self.socket.access.received(length(&frame));
        match frame {
            Message::Pong(_) if is_due => return Input::Nothing,
            Message::Close(reason) => {
                let code = reason.map_or(CloseCode::NO_STATUS, |reason| CloseCode(reason.code.into()));
                self.socket.outbox.close(&Close::new(code, ""));
                return Input::Close(code);
            }
            _ => {}
        }
        match (rate.allows(), frame) {
            (Verdict::Yes, Message::Continuation(fragment)) => {
                fragments.add(fragment).map_or(Input::Nothing, |whole| self.message(whole))
            }
            (Verdict::Yes, frame) => self.message(frame),
            (verdict, frame) => {
                self.refuse_frame(verdict);
                let is_lost = match &frame {
                    Message::Text(_) | Message::Binary(_) => true,
                    Message::Continuation(fragment) => fragments.refuse(fragment),
                    _ => false,
                };
                if is_lost && verdict == Verdict::No {
                    self.explain_refusal();
                }
                Input::Nothing
            }
        }
    }

    /// Classifies a whole message, or a control frame.
    fn message(&self, message: Message) -> Input {
        match message {
            Message::Text(text) => return Input::Command(text),
            Message::Binary(bytes) => return Input::Binary(bytes),
            Message::Ping(payload) => self.socket.put(Encoded::pong(&payload)),
            _ => {}
        }
        Input::Nothing
    }

    fn refuse_frame(&self, verdict: Verdict) {
        self.socket.counters.rate_limited.add(1);
        self.socket.access.dropped();
        if verdict == Verdict::Never {
            self.socket.end(close::too_many_frames());
        }
    }

    fn explain_refusal(&self) {
        let Limits { frames_per_second, frames_burst, .. } = *self.socket.limits;
        let detail = format!(
            "too many frames: a socket may send {frames_burst} at once and {frames_per_second} a second, and all sockets of a user and \
             of an address have a bound together; this one was not taken"
        );
        self.driver.context().reply(&json!({ "type": "error", "code": "rate_limited", "detail": detail }));
    }

    fn fail(&self, fault: Fault) -> CloseCode {
        let close = close::for_fault(fault, self.socket.limits.message_bytes);
        let code = close.code;
        self.socket.end(close);
        code
    }

    /// Disconnects the consumer, then ends the connection.
    async fn end(mut self, code: CloseCode, is_admitted: bool, is_answered: bool) {
        let (side, code) = self.socket.ended_with().map_or((Side::Client, code), |close| (Side::Server, close.code));
        self.socket.counters.closed.add(side, code);
        if is_admitted {
            self.disconnect(code).await;
        }
        let socket = Rc::clone(&self.socket);
        if is_answered {
            self.close_handshake().await;
        }
        socket.access.write_end(side, code, socket.outbox.taken());
    }

    async fn disconnect(&mut self, code: CloseCode) {
        let (limit, path) = (self.socket.limits.disconnect_timeout, self.socket.consumer_type.path());
        match AssertUnwindSafe(timeout(limit, self.driver.disconnect(code))).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => log::warn!("{path}: disconnect took longer than {limit:?} and was cancelled"),
            Err(_) => panics::note(&self.socket.counters, path, "disconnect panicked"),
        }
    }

    /// Lets the close frame reach the client before the connection ends. It reads and drops what the client still sends: with unread bytes
    /// the kernel would reset the connection and discard the close frame.
    async fn close_handshake(self) {
        let Self { socket, mut reader, .. } = self;
        let patience = socket.limits.close_timeout;
        if socket.ended_with().is_some() {
            let _ = timeout(patience, reader.finish()).await;
        }
        socket.outbox.end();
        let _ = timeout(patience, socket.outbox.gone()).await;
    }
}

/// The bytes of a frame without its header.
fn length(frame: &Message) -> usize {
    match frame {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Continuation(item) => match item {
            Item::FirstText(bytes) | Item::FirstBinary(bytes) | Item::Continue(bytes) | Item::Last(bytes) => bytes.len(),
        },
        Message::Close(_) | Message::Nop => 0,
    }
}

/// Bounds the time of a handler. If it hangs, the server closes its socket, since events would pile up behind it.
async fn bounded(socket: &Socket, work: impl Future<Output = ()>) {
    let limit = socket.limits.handler_timeout;
    if timeout(limit, work).await.is_err() {
        log::error!("{}: a handler took longer than {limit:?} and was cancelled", socket.consumer_type.path());
        socket.end(Close::new(CloseCode::INTERNAL, "the server took too long; connect again"));
    }
}

#[cfg(test)]
mod tests {
    use catamaran::{ConsumerError, Context};
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Nothing {}

    /// A consumer whose `connect` needs this many bytes.
    struct Busy<const ROOM: usize>;

    impl<const ROOM: usize> Consumer for Busy<ROOM> {
        type User = ();
        type Command = Nothing;
        type Event = Nothing;
        type Error = ConsumerError;

        async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
            let room = [0_u8; ROOM];
            tokio::task::yield_now().await;
            Ok(room.first().map(|_| Accept::with_subprotocol(cx.scope(), "first")).unwrap_or_default())
        }

        async fn receive(&mut self, _: &mut Context<Self>, _: Nothing) -> Result<(), ConsumerError> {
            Ok(())
        }

        async fn event(&mut self, _: &mut Context<Self>, _: Nothing) -> Result<(), ConsumerError> {
            Ok(())
        }
    }

    fn size_of_run<C: Consumer, F: Future>(_: fn(Connection<C>, oneshot::Sender<Option<Accept>>) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_is_small_however_much_its_consumer_needs() {
        let (idle, busy) = (size_of_run(Connection::<Busy<1>>::run), size_of_run(Connection::<Busy<100_000>>::run));
        assert_eq!(idle, busy);
        assert!(idle <= 848, "{idle} bytes");
        assert!(size_of::<Socket>() <= 256, "{} bytes", size_of::<Socket>());
    }
}
