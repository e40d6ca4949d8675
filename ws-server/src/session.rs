//! One socket, from its consumer's first word to its last.

use std::{num::NonZeroU32, rc::Rc, time::Instant};

use actix_ws::{AggregatedMessage, AggregatedMessageStream, ProtocolError};
use channels::{Accept, Close, CloseCode, Consumer, Driver, Outlet};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::json;
use tokio::{sync::oneshot, time::timeout};

use crate::{close, counters::Counters, hub::Hub, inbox::Letter, limits::Limits, outbox::Encoded, socket::Socket};

/// One socket's conversation.
pub(crate) struct Session<C> {
    pub(crate) driver: Driver<C>,
    pub(crate) socket: Rc<Socket>,
    pub(crate) hub: Rc<Hub>,
    pub(crate) stream: AggregatedMessageStream,
    pub(crate) counters: std::sync::Arc<Counters>,
}

impl<C: Consumer> Session<C> {
    /// Runs to the end. `answer` is told how the socket was let in; `None` where it was refused, which the client learns from the
    /// close frame.
    pub(crate) async fn run(mut self, answer: oneshot::Sender<Option<Accept>>) {
        // Who is refused before is not the consumer's to see.
        let is_welcome = self.socket.outbox.is_open();
        let accepted = if is_welcome { self.connect().await } else { None };
        let is_accepted = accepted.is_some();
        self.socket.outbox.release();
        let is_heard = answer.send(accepted).is_ok();
        let code = if is_accepted && is_heard { self.converse().await } else { CloseCode::ABNORMAL };
        let code = self.socket.ended_with().map_or(code, |close| close.code);
        self.hub.release(&self.socket);
        if is_welcome {
            self.goodbye(code).await;
        }
        if is_heard {
            self.part().await;
        }
    }

    async fn connect(&mut self) -> Option<Accept> {
        let limit = self.socket.limits.connect_timeout;
        let outcome = timeout(limit, self.driver.connect()).await.unwrap_or_else(|_| {
            log::warn!("{}: connect took longer than {limit:?}", self.socket.kind.path());
            Err(Close::new(close::TRY_AGAIN, "the server is busy; connect again in a few seconds"))
        });
        match outcome {
            Ok(accept) => {
                self.counters.accepted.add(1);
                Some(accept)
            }
            Err(refusal) => {
                self.counters.refused.add(1);
                log::debug!("{}: refused with {}: {}", self.socket.kind.path(), refusal.code, refusal.reason);
                self.socket.end(refusal);
                None
            }
        }
    }

    /// Until one side ends it; the code is the other side's, where this side has not ended it.
    async fn converse(&mut self) -> CloseCode {
        let mut rate = Rate::new(&self.socket.limits);
        while self.socket.outbox.is_open() {
            let heard = tokio::select! {
                letter = self.socket.inbox.next() => match letter {
                    Letter::Incoming(incoming) => {
                        let work = self.driver.incoming(&incoming, &self.counters.unhandled);
                        bounded(&self.socket, work).await;
                        continue;
                    }
                    Letter::Frame(frame) => {
                        self.socket.put_at_last(frame);
                        continue;
                    }
                    Letter::Closed => break,
                },
                heard = self.stream.recv() => heard,
            };
            match heard {
                Some(Ok(message)) => {
                    if let Some(code) = self.message(message, &mut rate).await {
                        return code;
                    }
                }
                Some(Err(fault)) => return self.broken(&fault),
                None => return CloseCode::ABNORMAL,
            }
        }
        CloseCode::NORMAL
    }

    /// Something of the client's; its code where it says goodbye.
    async fn message(&mut self, message: AggregatedMessage, rate: &mut Rate) -> Option<CloseCode> {
        let is_due = self.socket.is_pinged();
        self.socket.heard(Instant::now());
        self.counters.received.add(1);
        match message {
            AggregatedMessage::Text(text) => match rate.allows() {
                Verdict::Yes => bounded(&self.socket, self.driver.text(&text)).await,
                verdict => {
                    self.refuse_frame(verdict);
                    if verdict == Verdict::No {
                        self.explain_refusal();
                    }
                }
            },
            AggregatedMessage::Binary(_) => self.driver.binary(),
            AggregatedMessage::Ping(payload) => match rate.allows() {
                Verdict::Yes => self.socket.put(Encoded::pong(&payload)),
                verdict => self.refuse_frame(verdict),
            },
            AggregatedMessage::Pong(_) if is_due => {}
            AggregatedMessage::Pong(_) => match rate.allows() {
                Verdict::Yes => {}
                verdict => self.refuse_frame(verdict),
            },
            AggregatedMessage::Close(reason) => {
                let code = reason.map_or(CloseCode(1005), |reason| CloseCode(reason.code.into()));
                self.socket.outbox.close(&Close::new(CloseCode::NORMAL, ""));
                return Some(code);
            }
        }
        None
    }

    fn refuse_frame(&self, verdict: Verdict) {
        self.counters.rate_limited.add(1);
        if verdict == Verdict::Never {
            self.socket.end(close::too_many_frames());
        }
    }

    fn explain_refusal(&self) {
        let Limits { frames_per_second, frames_burst, .. } = self.socket.limits;
        let detail =
            format!("too many frames: {frames_burst} at once and {frames_per_second} a second are taken; this one was not");
        self.driver.context().reply(&json!({ "type": "error", "code": "rate_limited", "detail": detail }));
    }

    fn broken(&self, fault: &ProtocolError) -> CloseCode {
        match close::for_error(fault, self.socket.limits.message_bytes) {
            Some(close) => {
                let code = close.code;
                self.socket.close(close);
                code
            }
            None => CloseCode::ABNORMAL,
        }
    }

    async fn goodbye(&mut self, code: CloseCode) {
        let limit = self.socket.limits.disconnect_timeout;
        if timeout(limit, self.driver.disconnect(code)).await.is_err() {
            log::warn!("{}: disconnect took longer than {limit:?} and was given up", self.socket.kind.path());
        }
    }

    /// Lets the close frame reach the client before the connection ends: what the client still sends is read and let go, since
    /// unread bytes would make the kernel throw away what is on its way to it.
    async fn part(self) {
        let Self { socket, mut stream, .. } = self;
        let patience = socket.limits.close_timeout;
        if socket.ended_with().is_some() {
            let _ = timeout(patience, async {
                while let Some(Ok(message)) = stream.recv().await {
                    if matches!(message, AggregatedMessage::Close(_)) {
                        return;
                    }
                }
            })
            .await;
        }
        socket.outbox.end();
        let _ = timeout(patience, socket.outbox.gone()).await;
    }
}

/// Lets a consumer work for a bounded time; one that hangs loses its socket, whose groups would fill up behind it.
async fn bounded(socket: &Socket, work: impl Future<Output = ()>) {
    let limit = socket.limits.handler_timeout;
    if timeout(limit, work).await.is_err() {
        log::error!("{}: a handler took longer than {limit:?} and was given up", socket.kind.path());
        socket.end(Close::new(CloseCode::INTERNAL, "the server took too long; connect again"));
    }
}

/// How many commands and control frames one client may send.
struct Rate {
    limiter: DefaultDirectRateLimiter,
    refused: u32,
    patience: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Yes,
    No,
    /// Not this one, and the client has not listened for too long.
    Never,
}

impl Rate {
    fn new(limits: &Limits) -> Self {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(limits.frames_per_second)).allow_burst(at_least_one(limits.frames_burst));
        Self { limiter: RateLimiter::direct(quota), refused: 0, patience: limits.refusals }
    }

    fn allows(&mut self) -> Verdict {
        if self.limiter.check().is_ok() {
            self.refused = 0;
            return Verdict::Yes;
        }
        self.refused += 1;
        if self.refused > self.patience { Verdict::Never } else { Verdict::No }
    }
}
