//! Who somebody is.

use serde::{Deserialize, Serialize};

/// A player's secret part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Knows the others of the mafia and points at a victim each night.
    Mafia,
    /// Protects one player each night.
    Doctor,
    /// Learns of one player each night whether they are of the mafia.
    Detective,
    /// Has no part at night.
    Citizen,
    /// Wins alone, by being voted out.
    Joker,
    /// Survives the first attack.
    Soldier,
    /// Once in a game publishes one player's role at dawn.
    Reporter,
    /// Looks for the mafia at night; who finds one of them joins their talk.
    Spy,
}

/// For whom somebody plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The mafia and its spies.
    Mafia,
    /// Everybody who wants the mafia gone.
    Citizens,
    /// The joker, alone.
    Joker,
}

impl Role {
    /// All of them, in the order in which set-ups list them.
    pub const ALL: [Self; 8] =
        [Self::Mafia, Self::Doctor, Self::Detective, Self::Citizen, Self::Joker, Self::Soldier, Self::Reporter, Self::Spy];

    /// For whom this role plays.
    pub fn side(self) -> Side {
        match self {
            Self::Mafia | Self::Spy => Side::Mafia,
            Self::Joker => Side::Joker,
            _ => Side::Citizens,
        }
    }

    /// The role's name in programs: as in its JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mafia => "mafia",
            Self::Doctor => "doctor",
            Self::Detective => "detective",
            Self::Citizen => "citizen",
            Self::Joker => "joker",
            Self::Soldier => "soldier",
            Self::Reporter => "reporter",
            Self::Spy => "spy",
        }
    }
}
