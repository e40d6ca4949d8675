//! Which groups there are.

use catamaran::GroupName;
use store::{PresenceGroup, RoomId};

/// Everybody who has the room open.
pub fn room(id: RoomId) -> GroupName {
    named(&PresenceGroup::Room(id).to_string())
}

/// Everybody who looks at the list of rooms.
pub fn lobby() -> GroupName {
    named("lobby")
}

fn named(name: &str) -> GroupName {
    GroupName::parse(name).expect("fixed words, and ids made of hexadecimal digits and '-'")
}
