//! Which groups there are.

use channels::GroupName;
use store::RoomId;

/// Everybody who has the room open.
pub fn room(id: RoomId) -> GroupName {
    named(&format!("room.{id}"))
}

/// Everybody who looks at the list of rooms.
pub fn lobby() -> GroupName {
    named("lobby")
}

fn named(name: &str) -> GroupName {
    GroupName::parse(name).expect("fixed words, and ids made of hexadecimal digits and '-'")
}
