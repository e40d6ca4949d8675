//! The history of groups: the messages that a layer keeps, so that a receiver can fetch those that it missed.

mod position;
mod rings;

use std::time::Duration;

use wildmatch::WildMatch;

pub(crate) use self::position::{KEY, split};
pub use self::{
    position::{POSITION_BYTES, Position, PositionError, with_position},
    rings::Histories,
};
use crate::Message;

/// The bounds of one group's history. The oldest messages are removed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryLimits {
    /// The number of messages. 100.
    pub messages: usize,
    /// The age of a message. 300 s.
    pub age: Duration,
    /// The encoded bytes of all messages of the group. 1 MiB. A larger message is sent, but not kept.
    pub bytes: usize,
}

impl Default for HistoryLimits {
    fn default() -> Self {
        Self { messages: 100, age: Duration::from_secs(300), bytes: 1 << 20 }
    }
}

impl HistoryLimits {
    /// Returns these bounds with a change: `HistoryLimits::default().with(|limits| limits.messages = 20)`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// The groups that keep a history, by the pattern of their names.
#[derive(Debug, Clone)]
pub struct HistoryRule {
    pattern: WildMatch,
    limits: HistoryLimits,
}

impl HistoryRule {
    /// Keeps a history of the groups whose names match `pattern` (`*` any text, `?` one character).
    pub fn new(pattern: &str, limits: HistoryLimits) -> Self {
        Self { pattern: WildMatch::new(pattern), limits }
    }

    /// Returns the bounds if the rule is for this group.
    pub(crate) fn limits_of(&self, group: &str) -> Option<&HistoryLimits> {
        self.pattern.matches(group).then_some(&self.limits)
    }
}

/// The answer to a question for the messages after a position.
#[derive(Debug, Clone)]
// Exhaustive: a caller must handle that the messages are not known.
pub enum History {
    /// All messages after the position, in order, each with its own position.
    Known {
        /// The messages. Empty if the position is the newest.
        messages: Vec<Message>,
        /// The position of the group's newest message. `None` if it has none.
        newest: Option<Position>,
    },
    /// Messages after the position may be lost: they are no longer kept, the position is of another epoch, or no message had it.
    Unknown {
        /// The position of the group's newest message. `None` if it has none.
        newest: Option<Position>,
    },
}

impl History {
    /// Returns the position of the group's newest message.
    pub fn newest(&self) -> Option<Position> {
        match self {
            Self::Known { newest, .. } | Self::Unknown { newest } => *newest,
        }
    }

    /// Returns the answer of a group whose newest message has the position `newest` and that still keeps `kept`, its newest messages.
    pub fn of(kept: Vec<Message>, newest: Option<Position>, since: Option<Position>) -> Self {
        let missed = match (since, newest) {
            (None, _) => Some(kept.len() as u64),
            (Some(since), Some(newest)) if since.epoch == newest.epoch => newest.offset.checked_sub(since.offset),
            _ => None,
        };
        let missed = missed.and_then(|missed| usize::try_from(missed).ok());
        match missed.and_then(|missed| kept.len().checked_sub(missed)) {
            Some(first) => Self::Known { messages: { kept }.split_off(first), newest },
            None => Self::Unknown { newest },
        }
    }
}
