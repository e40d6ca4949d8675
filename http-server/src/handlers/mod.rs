//! One file for each resource of the game.

pub(crate) mod games;
pub(crate) mod mafia;
pub(crate) mod players;
