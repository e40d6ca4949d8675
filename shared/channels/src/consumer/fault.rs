//! Failures of a handler: a fault for the client, or the end of the socket.

use std::{borrow::Cow, fmt};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Close, CloseCode, CommandError, FrameError, QueryError, SendError, SocketError};
use crate::{LayerError, MessageError, NameError};

/// A handler could not do what it was asked. The client gets `{"type":"error","code":…,"detail":…}`, perhaps with
/// `retry_after` and fields of the consumer's own, and the socket lives on.
///
/// Where the client's command had a request id ([`Consumer::REQUEST_ID`](crate::Consumer::REQUEST_ID)), the frame has it too.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// For programs: one word.
    pub code: Cow<'static, str>,
    /// For people: what was wrong, what was expected, what to do.
    pub detail: Cow<'static, str>,
    /// For the log, where it is of the server's making; never shown to the client.
    pub log: Option<String>,
    /// The time after which the same may work, in seconds; in the frame as `retry_after`.
    pub retry_after: Option<u32>,
    /// Fields of the frame beside these; see [`with`](Self::with).
    pub fields: Map<String, Value>,
}

impl Fault {
    /// A fault of the client's: answered, not logged.
    pub fn refused(code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), detail: detail.into(), log: None, retry_after: None, fields: Map::new() }
    }

    /// The client was too fast: the same may work after so many seconds.
    pub fn rate_limited(detail: impl Into<Cow<'static, str>>, retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::refused("rate_limited", detail) }
    }

    /// A fault of the server's: the client is asked to try again, and `log` goes into the log.
    pub fn unavailable(log: impl fmt::Display) -> Self {
        let detail = "something that this needs is not reachable at the moment; try again in a few seconds";
        Self { log: Some(log.to_string()), ..Self::refused("unavailable", detail) }
    }

    /// With another detail.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With one more field in the frame. The names of the fault's own fields are taken; a value that JSON cannot hold is left out.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.fields.insert(field.into(), value);
        }
        self
    }

    /// The frame that tells the client.
    pub fn frame(&self) -> Value {
        let mut frame = self.fields.clone();
        frame.insert("type".to_owned(), "error".into());
        frame.insert("code".to_owned(), (*self.code).into());
        frame.insert("detail".to_owned(), (*self.detail).into());
        if let Some(seconds) = self.retry_after {
            frame.insert("retry_after".to_owned(), seconds.into());
        }
        frame.into()
    }
}

/// How a consumer's method fails: with a [`Fault`], after which the socket lives on, or with a [`Close`].
///
/// A consumer without an error type of its own uses this one. Errors of the layer become faults by `?`. A team's own error becomes
/// one of the two in its `impl From<BoardError> for ConsumerError`.
///
/// ```
/// use catamaran::{Close, CloseCode, ConsumerError, Fault, LayerError};
///
/// #[derive(Debug, thiserror::Error)]
/// enum BoardError {
///     #[error("this board is closed")]
///     Archived,
///     #[error("a card needs a title")]
///     NoTitle,
///     #[error(transparent)]
///     Layer(#[from] LayerError),
/// }
///
/// impl From<BoardError> for ConsumerError {
///     fn from(error: BoardError) -> Self {
///         match error {
///             BoardError::Archived => Close::new(CloseCode(4410), error.to_string()).into(),
///             BoardError::NoTitle => Fault::refused("no_title", error.to_string()).into(),
///             BoardError::Layer(fault) => fault.into(),
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsumerError {
    /// The client gets an error frame, and the socket lives on. In [`connect`](crate::Consumer::connect) it refuses the socket: with 1013 where
    /// the same may work later, with 1008 otherwise, and with the detail as the reason.
    Fault(Fault),
    /// The socket ends.
    Close(Close),
}

impl ConsumerError {
    /// The close that refuses a socket, and the line for the log.
    pub(super) fn into_refusal(self) -> (Close, Option<String>) {
        match self {
            Self::Close(close) => (close, None),
            Self::Fault(fault) => {
                let may_work_later = fault.log.is_some() || fault.retry_after.is_some();
                let code = if may_work_later { CloseCode::TRY_AGAIN } else { CloseCode::POLICY };
                (Close::new(code, fault.detail), fault.log)
            }
        }
    }
}

impl From<Fault> for ConsumerError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Close> for ConsumerError {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl From<QueryError> for ConsumerError {
    fn from(fault: QueryError) -> Self {
        Self::Close(fault.into())
    }
}

impl From<CommandError> for Fault {
    fn from(fault: CommandError) -> Self {
        Self::refused(fault.code(), fault.to_string())
    }
}

impl From<NameError> for Fault {
    fn from(fault: NameError) -> Self {
        Self::refused("bad_name", fault.to_string())
    }
}

impl From<SocketError> for Fault {
    fn from(fault: SocketError) -> Self {
        match fault {
            SocketError::Connecting => Self::unavailable(fault),
            SocketError::Closed => Self::refused("closed", fault.to_string()),
            SocketError::TooManyTasks | SocketError::TooManyEvents => Self::refused("busy", fault.to_string()),
        }
    }
}

/// Errors that are the server's: logged, and the client is asked to try again.
macro_rules! unavailable {
    ($($error:ty),*) => { $(
        impl From<$error> for Fault {
            fn from(fault: $error) -> Self {
                Self::unavailable(fault)
            }
        }
    )* };
}

/// By way of a fault.
macro_rules! through_fault {
    ($($error:ty),*) => { $(
        impl From<$error> for ConsumerError {
            fn from(fault: $error) -> Self {
                Self::Fault(fault.into())
            }
        }
    )* };
}

unavailable!(LayerError, MessageError, SendError, FrameError);
through_fault!(LayerError, MessageError, SendError, FrameError, NameError, SocketError);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_frame_has_the_consumers_fields_beside_the_faults_own() {
        let fault = Fault::rate_limited("slower", 3).with("id", 7).with("code", "forged");
        let expected = json!({ "type": "error", "code": "rate_limited", "detail": "slower", "retry_after": 3, "id": 7 });
        assert_eq!(fault.frame(), expected);
    }

    #[test]
    fn a_fault_that_refuses_a_socket_says_whether_to_come_back() {
        let refusal = |fault: Fault| ConsumerError::from(fault).into_refusal();
        let (close, log) = refusal(Fault::unavailable("Redis is away").detail("the board is away"));
        assert_eq!((close, log.as_deref()), (Close::new(CloseCode::TRY_AGAIN, "the board is away"), Some("Redis is away")));
        assert_eq!(refusal(Fault::rate_limited("slower", 3)).0.code, CloseCode::TRY_AGAIN);
        assert_eq!(refusal(Fault::refused("no", "not you")), (Close::new(CloseCode::POLICY, "not you"), None));
    }
}
