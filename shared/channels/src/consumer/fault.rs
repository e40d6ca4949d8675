//! Failures of a handler: a fault for the client, or the end of the socket.

use std::{borrow::Cow, fmt};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Close, CloseCode, CommandError, FrameError, QueryError, SendError, SocketError};
use crate::{LayerError, MessageError, NameError};

/// A failed request, after which the socket stays open. The client gets `{"type":"error","code":…,"detail":…}`, perhaps with
/// `retry_after` and with fields of the consumer.
///
/// If the client's command had a request id ([`Consumer::REQUEST_ID`](crate::Consumer::REQUEST_ID)), the frame repeats it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// One word for programs.
    pub code: Cow<'static, str>,
    /// A text for people: what was wrong, what was expected, what to do.
    pub detail: Cow<'static, str>,
    /// A line for the log if the server caused the fault. The client never sees it.
    pub log: Option<String>,
    /// The seconds after which the request may succeed; `retry_after` in the frame.
    pub retry_after: Option<u32>,
    /// Further fields of the frame; see [`with`](Self::with).
    pub fields: Map<String, Value>,
}

impl Fault {
    /// A fault of the client. It is answered, not logged.
    pub fn refused(code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), detail: detail.into(), log: None, retry_after: None, fields: Map::new() }
    }

    /// The client exceeded a rate. The request may succeed after `retry_after` seconds.
    pub fn rate_limited(detail: impl Into<Cow<'static, str>>, retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::refused("rate_limited", detail) }
    }

    /// A fault of the server. The client is asked to try again, and `log` is logged.
    pub fn unavailable(log: impl fmt::Display) -> Self {
        let detail = "a service that this needs is unavailable at the moment; try again in a few seconds";
        Self { log: Some(log.to_string()), ..Self::refused("unavailable", detail) }
    }

    /// Replaces the detail.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds a field to the frame. It cannot replace the fault's own fields. A value that JSON cannot hold is left out.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.fields.insert(field.into(), value);
        }
        self
    }

    /// The error frame for the client.
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

/// The failure of a consumer's method: a [`Fault`], after which the socket stays open, or a [`Close`].
///
/// A consumer without its own error type uses this one. `?` turns errors of the layer into faults. A team's own error implements
/// `impl From<BoardError> for ConsumerError`.
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
#[non_exhaustive]
pub enum ConsumerError {
    /// The client gets an error frame, and the socket stays open. In [`connect`](crate::Consumer::connect) it refuses the socket, with
    /// the detail as the reason: with 1013 if a later attempt may succeed, with 1008 otherwise.
    Fault(Fault),
    /// The socket ends.
    Close(Close),
}

impl ConsumerError {
    /// Returns the close that refuses a socket, and the line for the log.
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

/// Errors of the server: logged, and the client is asked to try again.
macro_rules! unavailable {
    ($($error:ty),*) => { $(
        impl From<$error> for Fault {
            fn from(fault: $error) -> Self {
                Self::unavailable(fault)
            }
        }
    )* };
}

/// Conversions into a [`ConsumerError`] through a fault.
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
    fn a_frame_has_the_consumers_fields_but_they_replace_no_own_field() {
        let fault = Fault::rate_limited("slower", 3).with("id", 7).with("code", "forged");
        let expected = json!({ "type": "error", "code": "rate_limited", "detail": "slower", "retry_after": 3, "id": 7 });
        assert_eq!(fault.frame(), expected);
    }

    #[test]
    fn refuses_with_1013_only_if_a_later_attempt_may_succeed() {
        let refusal = |fault: Fault| ConsumerError::from(fault).into_refusal();
        let (close, log) = refusal(Fault::unavailable("Redis is away").detail("the board is away"));
        assert_eq!((close, log.as_deref()), (Close::new(CloseCode::TRY_AGAIN, "the board is away"), Some("Redis is away")));
        assert_eq!(refusal(Fault::rate_limited("slower", 3)).0.code, CloseCode::TRY_AGAIN);
        assert_eq!(refusal(Fault::refused("no", "not you")), (Close::new(CloseCode::POLICY, "not you"), None));
    }
}
