//! How a table plays: lengths of phases and the rules that tables differ in.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::named::named;

/// What a host may choose. All lengths are in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How long a night lasts at most; it ends early when everybody who lives has acted or sleeps.
    pub night_seconds: u32,
    /// How long the dawn's news stand.
    pub dawn_seconds: u32,
    /// How long the day's talk lasts, unless players shorten or lengthen it.
    pub talk_seconds: u32,
    /// How long players may name somebody.
    pub vote_seconds: u32,
    /// How long the accused may speak.
    pub defence_seconds: u32,
    /// How long the ballot on the accused is open.
    pub ballot_seconds: u32,
    /// How long the outcome of the day stands before night falls.
    pub dusk_seconds: u32,
    /// May the mafia kill in the first night?
    pub first_night_kill: bool,
    /// May a doctor protect themselves?
    pub doctor_self: bool,
    /// Is a dead player's role shown?
    pub reveal_roles: bool,
    /// May people without a seat watch?
    pub spectators: bool,
    /// After so many phases (nights, talks and votes) without a sign of life a player dies in their sleep.
    pub gone_after: u8,
    /// How fast bots move.
    pub bots: Pace,
}

named! {
    /// How fast bots move.
    pub enum Pace {
        /// As people do: a few seconds.
        Calm = "calm",
        /// Some a second, for who wants to try a game quickly.
        Quick = "quick",
        /// As fast as the server goes: for tests and games of bots alone.
        Instant = "instant",
    }
}

impl Options {
    /// The names of the paces that a host can choose at once.
    pub const PACES: [&str; 3] = ["quick", "standard", "long"];

    /// How a table of that pace plays: `quick` is a whole game with bots in two minutes or so. `None` for other names.
    pub fn of_pace(name: &str) -> Option<Self> {
        match name {
            "quick" => Some(Self {
                night_seconds: 15,
                dawn_seconds: 5,
                talk_seconds: 20,
                vote_seconds: 15,
                defence_seconds: 10,
                ballot_seconds: 10,
                dusk_seconds: 4,
                bots: Pace::Quick,
                ..Self::default()
            }),
            "standard" => Some(Self::default()),
            "long" => Some(Self {
                night_seconds: 60,
                dawn_seconds: 10,
                talk_seconds: 300,
                vote_seconds: 60,
                defence_seconds: 40,
                ballot_seconds: 30,
                dusk_seconds: 8,
                ..Self::default()
            }),
            _ => None,
        }
    }

    /// What a length may be, in seconds.
    pub const SECONDS: RangeInclusive<u32> = 1..=1800;
    /// After how many phases somebody may be gone.
    pub const GONE_AFTER: RangeInclusive<u8> = 1..=50;

    /// The lengths of the phases in seconds, by their fields' names, in the order of a day.
    pub fn lengths(&self) -> [(&'static str, u32); 7] {
        [
            ("night_seconds", self.night_seconds),
            ("dawn_seconds", self.dawn_seconds),
            ("talk_seconds", self.talk_seconds),
            ("vote_seconds", self.vote_seconds),
            ("defence_seconds", self.defence_seconds),
            ("ballot_seconds", self.ballot_seconds),
            ("dusk_seconds", self.dusk_seconds),
        ]
    }

    /// The rules that a table has or has not, by their fields' names.
    pub fn switches(&self) -> [(&'static str, bool); 4] {
        [
            ("first_night_kill", self.first_night_kill),
            ("doctor_self", self.doctor_self),
            ("reveal_roles", self.reveal_roles),
            ("spectators", self.spectators),
        ]
    }

    /// The name of a field that is out of its range, if one is.
    pub fn fault(&self) -> Option<&'static str> {
        let wrong = self.lengths().into_iter().find(|(_, seconds)| !Self::SECONDS.contains(seconds)).map(|(name, _)| name);
        wrong.or((!Self::GONE_AFTER.contains(&self.gone_after)).then_some("gone_after"))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            night_seconds: 40,
            dawn_seconds: 8,
            talk_seconds: 120,
            vote_seconds: 30,
            defence_seconds: 20,
            ballot_seconds: 20,
            dusk_seconds: 6,
            first_night_kill: true,
            doctor_self: true,
            reveal_roles: true,
            spectators: true,
            gone_after: 4,
            bots: Pace::Calm,
        }
    }
}
