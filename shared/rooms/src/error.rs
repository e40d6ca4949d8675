//! The errors of rooms, by the caller's possible reaction.

use fairness::TooFast;
use store::StoreError;

/// An error of an operation on rooms.
#[derive(Debug, thiserror::Error)]
pub enum RoomsError {
    /// No room has that code.
    #[error("there is no room with this code")]
    NotFound,
    /// The room is full.
    #[error("room {name} is full: it has {capacity} members")]
    Full {
        /// The room's name.
        name: String,
        /// The maximum number of its members.
        capacity: u16,
    },
    /// Only members may do this.
    #[error("only members may do this: join the room first")]
    NotAMember,
    /// A room's capacity is out of range.
    #[error("a room has room for {MIN_CAPACITY} to {MAX_CAPACITY} people, not for {0}")]
    Capacity(u16),
    /// The user exceeds the rate of the room.
    #[error(transparent)]
    TooFast(#[from] TooFast),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The minimum capacity of a room.
pub const MIN_CAPACITY: u16 = 2;
/// The maximum capacity of a room.
pub const MAX_CAPACITY: u16 = 200;
/// The default capacity of a room.
pub const DEFAULT_CAPACITY: u16 = 50;
