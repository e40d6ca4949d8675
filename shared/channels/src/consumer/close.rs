//! Close codes and reasons.

use std::{borrow::Cow, fmt};

/// A WebSocket close code (RFC 6455, section 7.4): 1000 to 2999 belong to the protocol, 4000 to 4999 to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// The purpose was fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// The other side sent data of a kind that is not supported, such as a binary frame.
    pub const UNSUPPORTED: Self = Self(1003);
    /// The other side's close frame had no code. When sent, it becomes a close frame without a code.
    pub const NO_STATUS: Self = Self(1005);
    /// The connection ended without a close frame. Never sent.
    pub const ABNORMAL: Self = Self(1006);
    /// The request is not allowed, for a reason without a code of its own.
    pub const POLICY: Self = Self(1008);
    /// The server failed.
    pub const INTERNAL: Self = Self(1011);
    /// The server is unavailable for now: the client may try again later.
    pub const TRY_AGAIN: Self = Self(1013);
    /// The query of the socket's URL is not valid.
    pub const BAD_QUERY: Self = Self(4400);
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The end or refusal of a socket: a code for programs and a reason for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: CloseCode,
    /// The reason. Only its first 123 bytes are sent (RFC 6455, section 5.5).
    pub reason: Cow<'static, str>,
}

impl Close {
    /// Makes a close with a reason.
    pub fn new(code: CloseCode, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// Returns the reason, cut between characters so that it fits into a close frame.
    pub fn short_reason(&self) -> &str {
        &self.reason[..self.reason.floor_char_boundary(123)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_a_long_reason_between_characters() {
        let close = Close::new(CloseCode::NORMAL, "방".repeat(60));
        assert_eq!(close.short_reason(), "방".repeat(41));
        assert_eq!(Close::new(CloseCode::NORMAL, "bye").short_reason(), "bye");
    }
}
