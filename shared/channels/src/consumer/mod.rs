//! The consumer model: the code that an application writes for each type of socket.

mod close;
mod command;
mod context;
mod driver;
mod fan_out;
mod fault;
mod frame;
mod handle;
mod headers;
mod local;
mod scope;

use std::{borrow::Cow, future::Future};

use bytes::Bytes;
use serde::de::DeserializeOwned;

pub use self::{
    close::{Close, CloseCode},
    command::CommandError,
    context::{Context, SendError},
    driver::{Driver, EventFaults},
    fan_out::{FanOut, fan_out},
    fault::{ConsumerError, Fault},
    frame::{Frame, FrameError},
    handle::{Handle, Transport, WeakHandle},
    headers::Headers,
    local::{MAX_EVENTS, MAX_TASKS, SocketError, Task},
    scope::{QueryError, Scope},
};
use crate::{Gap, LogThrottle};

/// The behaviour of one socket. A consumer lives as long as its socket, on one thread, and its methods are called one after another.
///
/// `Command` and `Event` are serde enums tagged by `type`, or plain structs. The [`Driver`] answers an invalid command, and logs and
/// counts an invalid event. The consumer never sees either.
pub trait Consumer: Sized + 'static {
    /// The team's own user type; `()` if the consumer needs none.
    type User: 'static;
    /// The text frames that the client may send.
    type Command: DeserializeOwned;
    /// The events from the layer, and from the socket's own timers and tasks.
    type Event: DeserializeOwned + 'static;
    /// The error of the methods: [`ConsumerError`], or the team's own type.
    type Error: Into<ConsumerError>;

    /// The subprotocols that this consumer speaks. When it refuses a socket, the answer names the first of them that the client offered.
    /// Otherwise a browser hides the close code from its page. No other offered value is ever answered, since it may be a token.
    const SUBPROTOCOLS: &'static [&'static str] = &[];

    /// The field of a command that holds the client's own id for it. The answer to a failed command has the same field.
    const REQUEST_ID: &'static str = "id";

    /// Accepts or refuses the socket. Join groups here. Frames that are sent here are the first that the client gets.
    fn connect(&mut self, cx: &mut Context<Self>) -> impl Future<Output = Result<Accept, Self::Error>>;

    /// Handles a command of the client.
    fn receive(&mut self, cx: &mut Context<Self>, command: Self::Command) -> impl Future<Output = Result<(), Self::Error>>;

    /// Handles a binary frame of the client. A consumer without this method ends the socket with 1003.
    fn binary(&mut self, cx: &mut Context<Self>, bytes: Bytes) -> impl Future<Output = Result<(), Self::Error>> {
        let _ = bytes;
        cx.close(CloseCode::UNSUPPORTED, "this socket takes text frames with JSON, not binary ones");
        async { Ok(()) }
    }

    /// Handles an event. It came to the socket's own channel, or to a group while [`fan_out`](Self::fan_out) returned
    /// [`FanOut::Each`], or from one of the socket's timers and tasks. A consumer needs no such method if its
    /// [`fan_out`](Self::fan_out) answers for all of its events. An event that reaches this default is dropped, and the log says so.
    fn event(&mut self, cx: &mut Context<Self>, event: Self::Event) -> impl Future<Output = Result<(), Self::Error>> {
        static THROTTLE: LogThrottle = LogThrottle::new();
        let _ = (cx, event);
        if let Some(suppressed) = THROTTLE.pass() {
            log::warn!("an event is dropped: {} has no method `event`{suppressed}", std::any::type_name::<Self>());
        }
        async { Ok(()) }
    }

    /// Returns the result of a group event. Called once for all sockets of this type on a worker thread. Return [`FanOut::Same`] if
    /// all of them get the same frame; then no consumer runs for it.
    fn fan_out(event: &Self::Event) -> FanOut {
        let _ = event;
        FanOut::Each
    }

    /// Handles a gap: events may be missing. Sends `{"type":"gap","reason":"…"}`, so that the client fetches the state again.
    fn gap(&mut self, cx: &mut Context<Self>, gap: Gap) -> impl Future<Output = Result<(), Self::Error>> {
        async move {
            cx.reply(&serde_json::json!({ "type": "gap", "reason": gap.reason.as_str() }));
            Ok(())
        }
    }

    /// Called when the socket has ended, on either side. It has left its groups, and its tasks and timers have ended.
    fn disconnect(&mut self, cx: &mut Context<Self>, code: CloseCode) -> impl Future<Output = ()> {
        let _ = (cx, code);
        async {}
    }
}

/// The acceptance of a socket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accept {
    /// The offered subprotocol that the server speaks; `None` for none.
    pub subprotocol: Option<Cow<'static, str>>,
}

impl Accept {
    /// Accepts the socket and speaks `protocol` if the client offered it.
    pub fn with_subprotocol<U>(scope: &Scope<U>, protocol: impl Into<Cow<'static, str>>) -> Self {
        let protocol = protocol.into();
        let is_offered = scope.subprotocols.iter().any(|offered| **offered == *protocol);
        Self { subprotocol: is_offered.then_some(protocol) }
    }
}
