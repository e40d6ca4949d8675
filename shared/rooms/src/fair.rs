//! Rate limits of one user in one room, over all of the user's sockets and requests.

use fairness::{Rate, Rates};
use store::{RoomId, UserId};

/// Messages of one user in one room.
pub const MESSAGES: Rate = Rate { burst: 30, every_ms: 200 };
/// Typing notices of one user in one room; a page sends one in 3 s.
pub const TYPING: Rate = Rate { burst: 8, every_ms: 500 };

/// The rates of one process.
pub(crate) struct Fair {
    pub(crate) messages: Rates<(UserId, RoomId)>,
    pub(crate) typing: Rates<(UserId, RoomId)>,
}

impl Default for Fair {
    fn default() -> Self {
        Self { messages: Rates::new(MESSAGES), typing: Rates::new(TYPING) }
    }
}
