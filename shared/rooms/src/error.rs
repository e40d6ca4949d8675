//! Why something with a room did not work, by what a caller can do about it.

use fairness::TooFast;
use store::StoreError;

/// Why something with a room did not work.
#[derive(Debug, thiserror::Error)]
pub enum RoomsError {
    /// No room has that code.
    #[error("there is no room with this code")]
    NotFound,
    /// The room has as many members as it may have.
    #[error("room {name} is full: it has {capacity} members")]
    Full {
        /// The room's name.
        name: String,
        /// How many it may have.
        capacity: u16,
    },
    /// Only members may do this.
    #[error("only members may do this: join the room first")]
    NotAMember,
    /// A room's capacity is out of range.
    #[error("a room has room for {MIN_CAPACITY} to {MAX_CAPACITY} people, not for {0}")]
    Capacity(u16),
    /// The user asked more often than a room takes.
    #[error(transparent)]
    TooFast(#[from] TooFast),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The fewest that a room may have room for.
pub const MIN_CAPACITY: u16 = 2;
/// The most that a room may have room for.
pub const MAX_CAPACITY: u16 = 200;
/// What a room has room for where nobody says.
pub const DEFAULT_CAPACITY: u16 = 50;
