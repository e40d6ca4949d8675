//! The consumer model: what an application writes for each kind of socket.

mod close;
mod command;
mod context;
mod driver;
mod frame;
mod headers;
mod scope;

use std::future::Future;

use serde::de::DeserializeOwned;

pub use self::{
    close::{Close, CloseCode},
    command::CommandError,
    context::{Context, Groups, Outlet, SendError},
    driver::{Driver, EventFaults, fan_out},
    frame::{Frame, FrameError},
    headers::Headers,
    scope::{Identity, Scope},
};
use crate::Gap;

/// One socket's behaviour. A value of it lives as long as its socket, on one thread; its methods are called one after another.
///
/// `Command` is what the client may send and `Event` what the layer may bring: serde enums tagged by `type`, or plain structs.
/// A frame or an event that does not fit is answered, logged and counted by the session; the consumer never sees it.
pub trait Consumer: Sized + 'static {
    /// What the client sends.
    type Command: DeserializeOwned;
    /// What arrives from the layer.
    type Event: DeserializeOwned;

    /// The subprotocols that this consumer speaks. Where it refuses a socket, the answer names the first of them that the client
    /// offered, since a browser that offers some and gets none hides the close code from its page. No other word that the client offers
    /// is ever answered: it may be a token.
    const SUBPROTOCOLS: &'static [&'static str] = &[];

    /// Lets the socket in or refuses it. Groups are joined here; frames sent here are the first that the client gets.
    fn connect(&mut self, cx: &mut Context) -> impl Future<Output = Result<Accept, Close>>;

    /// A command of the client's.
    fn receive(&mut self, cx: &mut Context, command: Self::Command) -> impl Future<Output = Result<(), Fault>>;

    /// An event that was sent to this socket's own channel, or to one of its groups and [`fan_out`](Self::fan_out) said
    /// [`FanOut::Each`].
    fn event(&mut self, cx: &mut Context, event: Self::Event) -> impl Future<Output = Result<(), Fault>>;

    /// What an event of a group becomes. Asked once for all sockets of this kind on a worker thread: where they all get the
    /// same frame, say [`FanOut::Same`], and none of them is woken for it.
    fn fan_out(event: &Self::Event) -> FanOut {
        let _ = event;
        FanOut::Each
    }

    /// Events may be missing. Tells the client, so that it fetches the state anew: `{"type":"gap","reason":"…"}`.
    fn gap(&mut self, cx: &mut Context, gap: Gap) -> impl Future<Output = Result<(), Fault>> {
        async move {
            cx.reply(&serde_json::json!({ "type": "gap", "reason": gap.reason.as_str() }));
            Ok(())
        }
    }

    /// The socket has gone, by whichever side. Its groups are left already.
    fn disconnect(&mut self, cx: &mut Context, code: CloseCode) -> impl Future<Output = ()> {
        let _ = (cx, code);
        async {}
    }
}

/// How a socket is let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accept {
    /// Which of the subprotocols that the client offered is spoken; `None` for none of them.
    pub subprotocol: Option<&'static str>,
}

impl Accept {
    /// Lets the socket in and speaks `protocol` if the client offered it.
    pub fn with_subprotocol(scope: &Scope, protocol: &'static str) -> Self {
        let offered = scope.subprotocols.iter().any(|offered| **offered == *protocol);
        Self { subprotocol: offered.then_some(protocol) }
    }
}

/// What one event of a group becomes for the sockets of one kind.
#[derive(Debug, Clone)]
pub enum FanOut {
    /// Every socket gets this frame; no consumer is woken.
    Same(Frame),
    /// Every consumer decodes the event and looks at it itself.
    Each,
    /// Nothing is sent.
    Nothing,
}

/// A handler could not do what it was asked. The client gets `{"type":"error","code":…,"detail":…}`, perhaps with
/// `retry_after`, and the socket lives on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// For programs: one word.
    pub code: &'static str,
    /// For people: what was wrong, what was expected, what to do.
    pub detail: String,
    /// For the log, where it is of the server's making; never shown to the client.
    pub log: Option<String>,
    /// The time after which the same may work, in seconds; in the frame as `retry_after`.
    pub retry_after: Option<u32>,
}

impl Fault {
    /// The client's own fault: told to it, not logged.
    pub fn refused(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), log: None, retry_after: None }
    }

    /// The client was too fast: the same may work after so many seconds.
    pub fn rate_limited(detail: impl Into<String>, retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::refused("rate_limited", detail) }
    }

    /// The frame that tells the client.
    pub fn frame(&self) -> serde_json::Value {
        let mut frame = serde_json::json!({ "type": "error", "code": self.code, "detail": self.detail });
        if let Some(seconds) = self.retry_after {
            frame["retry_after"] = seconds.into();
        }
        frame
    }

    /// Not the client's fault: it is told to try again, the log is told why.
    pub fn unavailable(log: impl std::fmt::Display) -> Self {
        let detail = "something that this needs is not reachable at the moment; try again in a few seconds".to_owned();
        Self { log: Some(log.to_string()), ..Self::refused("unavailable", detail) }
    }
}
