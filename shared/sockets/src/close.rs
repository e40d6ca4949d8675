//! Every close code that this server sends, in one place. `docs/protocol.md` says what a page does about each.

use catamaran::{Close, CloseCode};

use crate::frames::Fault;

/// A frame was broken.
pub const PROTOCOL_ERROR: CloseCode = CloseCode(1002);
/// A text was not UTF-8.
pub const NOT_UTF8: CloseCode = CloseCode(1007);
/// Too many frames.
pub const POLICY: CloseCode = CloseCode(1008);
/// A frame, or a message of several frames, was larger than the limit.
pub const TOO_LARGE: CloseCode = CloseCode(1009);
/// No answer to a ping.
pub const PING_TIMEOUT: CloseCode = CloseCode(1011);
/// The server restarts: connect again.
pub const RESTART: CloseCode = CloseCode(1012);
/// The client reads too slowly, or a service is unavailable: connect again later.
pub const TRY_AGAIN: CloseCode = CloseCode::TRY_AGAIN;
/// No session, or it has ended.
pub const SIGNED_OUT: CloseCode = CloseCode(4401);
/// Not allowed.
pub const FORBIDDEN: CloseCode = CloseCode(4403);
/// The object that the path names does not exist.
pub const NOT_FOUND: CloseCode = CloseCode(4404);

/// The server restarts.
pub fn restart() -> Close {
    Close::new(RESTART, "the server restarts; connect again")
}

/// The client reads too slowly.
pub fn slow_reader() -> Close {
    Close::new(TRY_AGAIN, "this connection reads too slowly; connect again and fetch what you missed")
}

/// The user has too many sockets.
pub fn too_many_sockets(max: usize) -> Close {
    Close::new(TRY_AGAIN, format!("you have {max} connections here, the most a user may have; close a tab"))
}

/// The client did not answer a ping.
pub fn ping_timeout() -> Close {
    Close::new(PING_TIMEOUT, "no answer to a ping")
}

/// The client sent far more than the rate limit allows.
pub fn too_many_frames() -> Close {
    Close::new(POLICY, "too many frames; wait before you connect again")
}

/// The code of the consumer panicked.
pub(crate) fn failed() -> Close {
    Close::new(CloseCode::INTERNAL, "the server failed here; connect again")
}

/// The session has ended.
pub fn signed_out() -> Close {
    Close::new(SIGNED_OUT, "your session has ended; sign in again")
}

/// The close code and reason for bytes that the server refuses.
pub(crate) fn for_fault(fault: Fault, message_limit: usize) -> Close {
    match fault {
        Fault::TooLarge => Close::new(TOO_LARGE, format!("a message may have {message_limit} bytes")),
        Fault::NotUtf8 => Close::new(NOT_UTF8, "a text must be UTF-8"),
        broken => Close::new(PROTOCOL_ERROR, format!("a broken frame: {broken}")),
    }
}
