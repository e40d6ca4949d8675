//! A game as it is: what its events have made of it. Everything in here is known to the server alone; see `view` for what
//! somebody may see of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Cause, Role, Setup, Winner, named::named};

/// Unix time in milliseconds.
pub type Millis = i64;
/// A place at the table, counted from 0. Fixed from the start of the game on; before, who leaves makes those behind move up.
pub type SeatNo = u8;
/// The last day: a town that has not found the mafia by its end has lost.
pub const MAX_DAYS: u16 = 30;

named! {
    /// What is going on.
    #[derive(Default)]
    pub enum Phase {
        /// People gather.
        #[default]
        Lobby = "lobby",
        /// Roles act in secret.
        Night = "night",
        /// The night's news stand.
        Dawn = "dawn",
        /// Everybody talks.
        Talk = "talk",
        /// Players name whom they suspect.
        Vote = "vote",
        /// The accused speaks.
        Defence = "defence",
        /// Yes or no to the accused's death.
        Ballot = "ballot",
        /// The day's outcome stands.
        Dusk = "dusk",
        /// Somebody has won.
        Over = "over",
    }
}

/// A game.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Game {
    /// What is going on.
    pub phase: Phase,
    /// 0 before the start; night 1, then day 1, then night 2, …
    pub day: u16,
    /// When the phase ends; `None` before the start and after the end.
    pub ends_at: Option<Millis>,
    /// What the host has chosen; `roles` are always there from the start on.
    pub setup: Setup,
    /// The table.
    pub seats: Vec<Seat>,
    /// How many players and bots have ever sat down: the `id` of the newest seat.
    #[serde(default)]
    pub joined: u32,
    /// Who may change the set-up, send people away and start.
    pub host: Option<SeatNo>,
    /// Who was sent away and may not sit down again.
    pub kicked: BTreeSet<Uuid>,
    /// Tonight's deeds; the last night's by day.
    pub night: Night,
    /// Who has voted on the talk's length today.
    pub time_votes: BTreeSet<SeatNo>,
    /// Whom each has named today; `None` for an abstention.
    pub votes: BTreeMap<SeatNo, Option<SeatNo>>,
    /// Who stands before the ballot.
    pub accused: Option<SeatNo>,
    /// How each has voted on the accused.
    pub ballots: BTreeMap<SeatNo, Ballot>,
    /// Who has won.
    pub winner: Option<Winner>,
    /// The code of the table at which the same people play again.
    pub next: Option<String>,
}

/// Somebody at the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// 1, 2, 3, … in the order in which they sat down. Stays with them where others stand up, and is given once.
    #[serde(default)]
    pub id: u32,
    /// Who.
    pub player: Player,
    /// Their role; `None` before the start.
    pub role: Option<Role>,
    /// How they died, if they have.
    pub death: Option<Cause>,
    /// Everybody knows their role.
    pub shown: bool,
    /// Went away for good; dies in their sleep at the next dawn.
    pub left: bool,
    /// A soldier who was not attacked yet.
    pub armour: bool,
    /// A reporter whose story was printed.
    pub published: bool,
    /// A spy who has found the mafia.
    pub contact: bool,
    /// What a detective has learned, or a spy.
    pub findings: Vec<Finding>,
    /// How many nights, talks and votes in a row they gave no sign of life.
    pub absent: u8,
    /// Did something in this phase.
    pub stirred: bool,
    /// The id of their last line, so that a line sent twice is said once.
    pub last_line: Option<Uuid>,
}

/// Who sits on a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Player {
    /// The person's id; `None` for a bot.
    pub id: Option<Uuid>,
    /// What they are called at this table.
    pub name: String,
}

/// What somebody found out about somebody at night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// In which night.
    pub day: u16,
    /// About whom.
    pub target: SeatNo,
    /// Whether they are of the mafia.
    pub mafia: bool,
}

/// What was done in a night.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Night {
    /// Whom the mafia point at, one entry for each who does.
    pub points: Vec<Point>,
    /// How often the mafia have pointed.
    pub pointed: u32,
    /// Whom doctors protect, detectives have looked into, spies have looked at and reporters write about.
    pub deeds: BTreeMap<SeatNo, SeatNo>,
    /// Who has acted or sleeps.
    pub done: BTreeSet<SeatNo>,
}

/// A finger of the mafia's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Whose.
    pub from: SeatNo,
    /// At whom.
    pub target: SeatNo,
    /// The how-manyeth pointing of the night it was.
    pub order: u32,
}

named! {
    /// A vote on the accused.
    pub enum Ballot {
        /// Dies.
        Yes = "yes",
        /// Lives.
        No = "no",
        /// Neither.
        Abstain = "abstain",
    }
}

impl Game {
    /// Somebody at the table.
    pub fn seat(&self, seat: SeatNo) -> Option<&Seat> {
        self.seats.get(usize::from(seat))
    }

    /// Where a person sits.
    pub fn seat_of(&self, id: Uuid) -> Option<SeatNo> {
        self.numbered().find(|(_, seat)| seat.player.id == Some(id)).map(|(number, _)| number)
    }

    /// Is this seat taken by somebody who lives?
    pub fn lives(&self, seat: SeatNo) -> bool {
        self.seat(seat).is_some_and(Seat::lives)
    }

    /// The role on a seat.
    pub fn role(&self, seat: SeatNo) -> Option<Role> {
        self.seat(seat).and_then(|seat| seat.role)
    }

    /// Every seat with its number.
    pub fn numbered(&self) -> impl Iterator<Item = (SeatNo, &Seat)> {
        (0..).zip(&self.seats)
    }

    /// The numbers of those who live.
    pub fn living(&self) -> impl Iterator<Item = SeatNo> + '_ {
        self.numbered().filter(|(_, seat)| seat.lives()).map(|(number, _)| number)
    }

    /// Of those who live, who has not gone for good: whom a phase waits for.
    pub fn awaited(&self) -> impl Iterator<Item = SeatNo> + '_ {
        self.living().filter(|&seat| self.seat(seat).is_some_and(|seat| !seat.left))
    }

    /// Has it begun, and nobody won yet?
    pub fn is_on(&self) -> bool {
        !matches!(self.phase, Phase::Lobby | Phase::Over)
    }

    /// Of the mafia, or a spy who has found them: who may read what the mafia say at night.
    pub fn in_team(&self, seat: SeatNo) -> bool {
        self.seat(seat).is_some_and(|seat| match seat.role {
            Some(Role::Mafia) => true,
            Some(Role::Spy) => seat.contact,
            _ => false,
        })
    }
}

impl Night {
    /// To whom somebody has done tonight what their role does.
    pub fn target_of(&self, seat: SeatNo) -> Option<SeatNo> {
        let pointed = self.points.iter().find(|point| point.from == seat).map(|point| point.target);
        pointed.or_else(|| self.deeds.get(&seat).copied())
    }
}

impl Seat {
    /// A new one.
    pub fn of(id: u32, player: Player) -> Self {
        Self {
            id,
            player,
            role: None,
            death: None,
            shown: false,
            left: false,
            armour: false,
            published: false,
            contact: false,
            findings: Vec::new(),
            absent: 0,
            stirred: false,
            last_line: None,
        }
    }

    /// Not dead.
    pub fn lives(&self) -> bool {
        self.death.is_none()
    }

    /// Nobody's: played by the server.
    pub fn is_bot(&self) -> bool {
        self.player.id.is_none()
    }
}
