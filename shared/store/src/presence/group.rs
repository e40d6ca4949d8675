//! The groups in which presence is kept.

use std::fmt;

use catamaran_presence::{Member, PresenceError};

use crate::{GameId, RoomId, UserId};

/// A group in which presence is kept. `Display` and [`parse`](Self::parse) are its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PresenceGroup {
    /// A room; its members alone may be online there.
    Room(RoomId),
    /// A game: every user who looks at it.
    Game(GameId),
}

impl PresenceGroup {
    /// What the names of all rooms begin with.
    pub const ROOMS: &str = "room.";
    /// What the names of all games begin with.
    pub const GAMES: &str = "mafia.";

    /// The group that has this name.
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

/// The group and the user that a member stands for.
pub(super) fn place_of(member: &Member) -> Result<(PresenceGroup, UserId), PresenceError> {
    let refused = |why| PresenceError::Refused { member: member.clone(), why };
    let group = PresenceGroup::parse(&member.group).ok_or_else(|| refused("presence is kept for rooms and games"))?;
    let user = member.key.parse().map_err(|_| refused("its key is not a user's id"))?;
    Ok((group, user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_its_name() {
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
