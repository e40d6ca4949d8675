//! Which groups there are. What is for one player travels in that player's group alone.

use catamaran::GroupName;
use store::{GameId, PresenceGroup, UserId};

/// Everybody at and around a table.
pub fn everybody(game: GameId) -> GroupName {
    named(&PresenceGroup::Game(game).to_string())
}

/// Who watches a table without a seat.
pub fn spectators(game: GameId) -> GroupName {
    named(&format!("mafia.{game}.watch"))
}

/// One person at a table.
pub fn person(game: GameId, user: UserId) -> GroupName {
    named(&format!("mafia.{game}.p.{user}"))
}

fn named(name: &str) -> GroupName {
    GroupName::parse(name).expect("fixed words, and ids made of hexadecimal digits and '-'")
}
