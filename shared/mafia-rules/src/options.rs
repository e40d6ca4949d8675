//! The options of a table: lengths of phases and optional rules.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::named::named;

/// The host's options. All lengths are in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The maximum length of a night; it ends early when all living players are done.
    pub night_seconds: u32,
    /// The length of a dawn.
    pub dawn_seconds: u32,
    /// The length of the talk, before players shorten or lengthen it.
    pub talk_seconds: u32,
    /// The length of the vote.
    pub vote_seconds: u32,
    /// The length of the defence.
    pub defence_seconds: u32,
    /// The length of the ballot.
    pub ballot_seconds: u32,
    /// The length of a dusk.
    pub dusk_seconds: u32,
    /// Whether the mafia may kill in the first night.
    pub first_night_kill: bool,
    /// Whether doctors may protect themselves.
    pub doctor_self: bool,
    /// Whether a dead player's role is revealed.
    pub reveal_roles: bool,
    /// Whether users without a seat may watch.
    pub spectators: bool,
    /// The number of phases (nights, talks, votes) without any action after which an absent player dies.
    pub gone_after: u8,
    /// The speed of bots.
    pub bots: Pace,
}

named! {
    /// The speed of bots.
    pub enum Pace {
        /// Like human players: a few seconds.
        Calm = "calm",
        /// Several moves a second, for a quick try.
        Quick = "quick",
        /// Without delay: for tests and games of bots only.
        Instant = "instant",
    }
}

impl Options {
    /// The names of the predefined sets of options.
    pub const PRESETS: [&str; 3] = ["quick", "standard", "long"];

    /// Returns a predefined set; `quick` is a game with bots of about two minutes. `None` for other names.
    pub fn preset(name: &str) -> Option<Self> {
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

    /// The range of a phase's length, in seconds.
    pub const SECONDS: RangeInclusive<u32> = 1..=1800;
    /// The range of `gone_after`.
    pub const GONE_AFTER: RangeInclusive<u8> = 1..=50;

    /// The lengths of the phases in seconds, with their fields' names, in the order of a day.
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

    /// The optional rules, with their fields' names.
    pub fn switches(&self) -> [(&'static str, bool); 4] {
        [
            ("first_night_kill", self.first_night_kill),
            ("doctor_self", self.doctor_self),
            ("reveal_roles", self.reveal_roles),
            ("spectators", self.spectators),
        ]
    }

    /// Returns the name of a field that is out of its range.
    pub fn out_of_range(&self) -> Option<&'static str> {
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
