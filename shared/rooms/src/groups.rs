//! The groups of rooms.

use catamaran::GroupName;
use store::{PresenceGroup, RoomId};

/// All sockets in a room.
pub fn room(id: RoomId) -> GroupName {
    named(&PresenceGroup::Room(id).to_string())
}

/// All sockets at the list of rooms.
pub fn lobby() -> GroupName {
    named("lobby")
}

fn named(name: &str) -> GroupName {
    GroupName::parse(name).expect("fixed words, and ids made of hexadecimal digits and '-'")
}
