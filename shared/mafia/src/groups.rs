//! The groups of a table. A message for one player is sent only to that player's group.

use catamaran::GroupName;
use store::{GameId, PresenceGroup, UserId};

/// All sockets at a table.
pub fn public(game: GameId) -> GroupName {
    named(&PresenceGroup::Game(game).to_string())
}

/// The spectators of a table.
pub fn spectators(game: GameId) -> GroupName {
    named(&format!("mafia.{game}.watch"))
}

/// One player of a table.
pub fn player(game: GameId, user: UserId) -> GroupName {
    named(&format!("mafia.{game}.p.{user}"))
}

fn named(name: &str) -> GroupName {
    GroupName::parse(name).expect("fixed words, and ids made of hexadecimal digits and '-'")
}
