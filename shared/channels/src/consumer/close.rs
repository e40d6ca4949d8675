//! How a socket ends.

use std::{borrow::Cow, fmt};

/// A WebSocket close code (RFC 6455, section 7.4): 1000 to 2999 are the protocol's, 4000 to 4999 an application's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// The purpose was fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// The other side sent what cannot be taken: binary frames, say.
    pub const UNSUPPORTED: Self = Self(1003);
    /// The other side's close frame had no code; sent as a close frame without one.
    pub const NO_STATUS: Self = Self(1005);
    /// The other side left without a close frame; never sent.
    pub const ABNORMAL: Self = Self(1006);
    /// Not allowed, for a reason that no other code names.
    pub const POLICY: Self = Self(1008);
    /// A fault of the server's.
    pub const INTERNAL: Self = Self(1011);
    /// Unavailable for now: come again later.
    pub const TRY_AGAIN: Self = Self(1013);
    /// The query of the socket's address does not fit.
    pub const BAD_QUERY: Self = Self(4400);
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An ended or refused socket: the code is for programs, the reason for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: CloseCode,
    /// The reason; at most 123 bytes of it travel (RFC 6455, section 5.5).
    pub reason: Cow<'static, str>,
}

impl Close {
    /// A close with a reason.
    pub fn new(code: CloseCode, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// The reason, cut at a character's border so that it fits into a close frame.
    pub fn short_reason(&self) -> &str {
        &self.reason[..self.reason.floor_char_boundary(123)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_between_characters() {
        let close = Close::new(CloseCode::NORMAL, "방".repeat(60));
        assert_eq!(close.short_reason(), "방".repeat(41));
        assert_eq!(Close::new(CloseCode::NORMAL, "bye").short_reason(), "bye");
    }
}
