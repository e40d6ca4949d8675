//! The groups with presence.

use std::fmt;

use catamaran_presence::{Member, PresenceError};

use crate::{GameId, RoomId, UserId};

/// A group with presence. `Display` writes its name, and [`parse`](Self::parse) reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PresenceGroup {
    /// A room; only its members may be online there.
    Room(RoomId),
    /// A game; every user may be online there.
    Game(GameId),
}

impl PresenceGroup {
    /// The prefix of all rooms' names.
    pub const ROOMS: &str = "room.";
    /// The prefix of all games' names.
    pub const GAMES: &str = "mafia.";

    /// Reads the name of a group.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(room) = name.strip_prefix(Self::ROOMS) {
            return room.parse().ok().map(Self::Room);
        }
        let game = name.strip_prefix(Self::GAMES)?.strip_suffix(".all")?;
        game.parse().ok().map(Self::Game)
    }
}

impl fmt::Display for PresenceGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(room) => write!(f, "{}{room}", Self::ROOMS),
            Self::Game(game) => write!(f, "{}{game}.all", Self::GAMES),
        }
    }
}

/// The group and the user of a member.
pub(super) fn group_and_user(member: &Member) -> Result<(PresenceGroup, UserId), PresenceError> {
    let refused = |why| PresenceError::Refused { member: member.clone(), why };
    let group = PresenceGroup::parse(&member.group).ok_or_else(|| refused("presence is kept for rooms and games"))?;
    let user = member.key.parse().map_err(|_| refused("its key is not a user's id"))?;
    Ok((group, user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_name_of_a_group() {
        for group in [PresenceGroup::Room(RoomId::random()), PresenceGroup::Game(GameId::random())] {
            assert_eq!(PresenceGroup::parse(&group.to_string()), Some(group));
        }
        for other in ["room.7", "lobby", "mafia.7.all", "room."] {
            assert_eq!(PresenceGroup::parse(other), None, "{other}");
        }
        let watchers = format!("mafia.{}.watch", GameId::random());
        assert_eq!(PresenceGroup::parse(&watchers), None);
    }
}
