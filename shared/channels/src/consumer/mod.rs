//! The consumer model: what an application writes for each kind of socket.

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
use crate::Gap;

/// One socket's behaviour. A value of it lives as long as its socket, on one thread; its methods are called one after another.
///
/// `Command` is what the client may send and `Event` what the layer may bring: serde enums tagged by `type`, or plain structs.
/// A frame or an event that does not fit is answered, logged and counted by the session; the consumer never sees it.
pub trait Consumer: Sized + 'static {
    /// The team's own user; `()` where the consumer does not ask for one.
    type User: 'static;
    /// What the client sends as text.
    type Command: DeserializeOwned;
    /// What arrives from the layer, and from the socket's own timers and tasks.
    type Event: DeserializeOwned + 'static;
    /// How its methods fail: [`ConsumerError`], or the team's own type.
    type Error: Into<ConsumerError>;

    /// The subprotocols that this consumer speaks. Where it refuses a socket, the answer names the first of them that the client
    /// offered, since a browser that offers some and gets none hides the close code from its page. No other word that the client offers
    /// is ever answered: it may be a token.
    const SUBPROTOCOLS: &'static [&'static str] = &[];

    /// The field of a command with the client's own id for it. The answer to a command that failed has the same field.
    const REQUEST_ID: &'static str = "id";

    /// Lets the socket in or refuses it. Groups are joined here; frames sent here are the first that the client gets.
    fn connect(&mut self, cx: &mut Context<Self>) -> impl Future<Output = Result<Accept, Self::Error>>;

    /// A command of the client's.
    fn receive(&mut self, cx: &mut Context<Self>, command: Self::Command) -> impl Future<Output = Result<(), Self::Error>>;

    /// A binary frame of the client's, as it came. A consumer without this method ends the socket with 1003.
    fn binary(&mut self, cx: &mut Context<Self>, bytes: Bytes) -> impl Future<Output = Result<(), Self::Error>> {
        let _ = bytes;
        cx.close(CloseCode::UNSUPPORTED, "this socket takes text frames with JSON, not binary ones");
        async { Ok(()) }
    }

    /// An event that was sent to this socket's own channel, or to one of its groups and [`fan_out`](Self::fan_out) said
    /// [`FanOut::Each`], or that one of the socket's timers and tasks brings.
    fn event(&mut self, cx: &mut Context<Self>, event: Self::Event) -> impl Future<Output = Result<(), Self::Error>>;

    /// What an event of a group becomes. Asked once for all sockets of this kind on a worker thread: where they all get the
    /// same frame, say [`FanOut::Same`], and none of them is woken for it.
    fn fan_out(event: &Self::Event) -> FanOut {
        let _ = event;
        FanOut::Each
    }

    /// Events may be missing. Tells the client, so that it fetches the state anew: `{"type":"gap","reason":"…"}`.
    fn gap(&mut self, cx: &mut Context<Self>, gap: Gap) -> impl Future<Output = Result<(), Self::Error>> {
        async move {
            cx.reply(&serde_json::json!({ "type": "gap", "reason": gap.reason.as_str() }));
            Ok(())
        }
    }

    /// The socket has gone, by whichever side. Its groups are left already, and its tasks and timers have ended.
    fn disconnect(&mut self, cx: &mut Context<Self>, code: CloseCode) -> impl Future<Output = ()> {
        let _ = (cx, code);
        async {}
    }
}

/// How a socket is let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accept {
    /// Which of the subprotocols that the client offered is spoken; `None` for none of them.
    pub subprotocol: Option<Cow<'static, str>>,
}

impl Accept {
    /// Lets the socket in and speaks `protocol` if the client offered it.
    pub fn with_subprotocol<U>(scope: &Scope<U>, protocol: impl Into<Cow<'static, str>>) -> Self {
        let protocol = protocol.into();
        let is_offered = scope.subprotocols.iter().any(|offered| **offered == *protocol);
        Self { subprotocol: is_offered.then_some(protocol) }
    }
}
