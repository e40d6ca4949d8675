//! One socket, from its consumer's first word to its last.

use std::rc::Rc;

use actix_ws::Message;
use bytes::Bytes;
use bytestring::ByteString;
use catamaran::{Accept, Close, CloseCode, Consumer, Driver, Incoming};
use serde_json::json;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

use crate::{
    close,
    fragments::Fragments,
    frames::Fault,
    hub::Hub,
    inbox::InboxItem,
    limits::Limits,
    outbox::Encoded,
    rate::{Rate, Verdict},
    reader::Reader,
    socket::Socket,
};

/// One socket's conversation.
pub(crate) struct Session<C: Consumer> {
    pub(crate) driver: Driver<C>,
    pub(crate) socket: Rc<Socket>,
    pub(crate) hub: Rc<Hub>,
    pub(crate) reader: Reader,
}

/// The next input of a conversation.
enum Next {
    Item(InboxItem),
    /// An event of the socket's own.
    Local,
    Frame(Option<Result<Message, Fault>>),
}

/// The meaning of a client's message.
enum Heard {
    Command(ByteString),
    Binary(Bytes),
    /// It has said goodbye, with this code.
    Goodbye(CloseCode),
    Nothing,
}

impl<C: Consumer> Session<C> {
    /// Runs to the end. Sends to `answer` how the socket was let in, or `None` where it was refused: the client gets a close frame
    /// then.
    ///
    /// Whatever the consumer does is in a box while it does it, so that a socket at rest has no room for its consumer's longest work.
    #[expect(clippy::manual_async_fn, reason = "an async fn would hold `self` twice: as it was given, and as it is used")]
    pub(crate) fn run(mut self, answer: oneshot::Sender<Option<Accept>>) -> impl Future<Output = ()> {
        async move {
            // The consumer does not see a socket that the tier has refused.
            let is_welcome = self.socket.outbox.is_open();
            let accepted = if is_welcome { Box::pin(self.connect()).await } else { None };
            let is_accepted = accepted.is_some();
            self.socket.outbox.release();
            let is_heard = answer.send(accepted).is_ok();
            let code = if is_accepted && is_heard { self.converse().await } else { CloseCode::ABNORMAL };
            self.hub.release(&self.socket);
            Box::pin(self.leave(code, is_welcome, is_heard)).await;
        }
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

    /// Until one side ends it; the code is the other side's, where this side has not ended it.
    async fn converse(&mut self) -> CloseCode {
        let mut rate = Rate::new(&self.socket.limits, Rc::clone(&self.socket.seat));
        let mut fragments = Fragments::default();
        // Also where the connection is gone: what the client sent before is handled, then the reader ends.
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
                Next::Item(InboxItem::Frame(frame)) => self.socket.put_at_last(frame),
                Next::Item(InboxItem::Closed) => break,
                Next::Local => Box::pin(self.local()).await,
                Next::Frame(Some(Ok(frame))) => match self.frame(frame, &mut rate, &mut fragments) {
                    Heard::Command(text) => Box::pin(self.command(text)).await,
                    Heard::Binary(bytes) => Box::pin(self.binary(bytes)).await,
                    Heard::Goodbye(code) => return code,
                    Heard::Nothing => {}
                },
                Next::Frame(Some(Err(fault))) => return self.broken(fault),
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

    fn frame(&self, frame: Message, rate: &mut Rate, fragments: &mut Fragments) -> Heard {
        let is_due = self.socket.is_pinged();
        self.socket.heard(Instant::now());
        self.socket.counters.received.add(1);
        match frame {
            Message::Pong(_) if is_due => return Heard::Nothing,
            Message::Close(reason) => {
                let code = reason.map_or(CloseCode::NO_STATUS, |reason| CloseCode(reason.code.into()));
                self.socket.outbox.close(&Close::new(code, ""));
                return Heard::Goodbye(code);
            }
            _ => {}
        }
        match (rate.allows(), frame) {
            (Verdict::Yes, Message::Continuation(fragment)) => {
                fragments.add(fragment).map_or(Heard::Nothing, |whole| self.message(whole))
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
                Heard::Nothing
            }
        }
    }

    /// A whole message, or a control frame.
    fn message(&self, message: Message) -> Heard {
        match message {
            Message::Text(text) => return Heard::Command(text),
            Message::Binary(bytes) => return Heard::Binary(bytes),
            Message::Ping(payload) => self.socket.put(Encoded::pong(&payload)),
            _ => {}
        }
        Heard::Nothing
    }

    fn refuse_frame(&self, verdict: Verdict) {
        self.socket.counters.rate_limited.add(1);
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

    fn broken(&self, fault: Fault) -> CloseCode {
        let close = close::for_fault(fault, self.socket.limits.message_bytes);
        let code = close.code;
        self.socket.end(close);
        code
    }

    /// The consumer's goodbye, then the connection's.
    async fn leave(mut self, code: CloseCode, is_welcome: bool, is_heard: bool) {
        let code = self.socket.ended_with().map_or(code, |close| close.code);
        if is_welcome {
            self.goodbye(code).await;
        }
        if is_heard {
            self.part().await;
        }
    }

    async fn goodbye(&mut self, code: CloseCode) {
        let limit = self.socket.limits.disconnect_timeout;
        if timeout(limit, self.driver.disconnect(code)).await.is_err() {
            log::warn!("{}: disconnect took longer than {limit:?} and was given up", self.socket.consumer_type.path());
        }
    }

    /// Lets the close frame reach the client before the connection ends: what the client still sends is read and let go, since
    /// unread bytes would make the kernel throw away what is on its way to it.
    async fn part(self) {
        let Self { socket, mut reader, .. } = self;
        let patience = socket.limits.close_timeout;
        if socket.ended_with().is_some() {
            let _ = timeout(patience, reader.finish()).await;
        }
        socket.outbox.end();
        let _ = timeout(patience, socket.outbox.gone()).await;
    }
}

/// Lets a consumer work for a bounded time; one that hangs loses its socket, whose groups would fill up behind it.
async fn bounded(socket: &Socket, work: impl Future<Output = ()>) {
    let limit = socket.limits.handler_timeout;
    if timeout(limit, work).await.is_err() {
        log::error!("{}: a handler took longer than {limit:?} and was given up", socket.consumer_type.path());
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

    /// Needs so much room while it works.
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

    fn size_of_run<C: Consumer, F: Future>(_: fn(Session<C>, oneshot::Sender<Option<Accept>>) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_conversation_is_small_however_much_its_consumer_needs() {
        let (idle, busy) = (size_of_run(Session::<Busy<1>>::run), size_of_run(Session::<Busy<100_000>>::run));
        assert_eq!(idle, busy);
        assert!(idle <= 848, "{idle} bytes");
        assert!(size_of::<Socket>() <= 256, "{} bytes", size_of::<Socket>());
    }
}
