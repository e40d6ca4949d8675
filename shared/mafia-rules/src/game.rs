//! The state of a game, as the events built it. Only the server knows all of it; `view` selects what a player may see.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Cause, Role, Setup, Winner, named::named};

/// Unix time in milliseconds.
pub type Millis = i64;
/// A place at the table, counted from 0. It moves up when a player before it leaves the lobby, and is fixed from the start on.
pub type SeatNo = u8;
/// The last day: the mafia win if they live at its end.
pub const MAX_DAYS: u16 = 30;

named! {
    /// The phase of a game.
    #[derive(Default)]
    pub enum Phase {
        /// Players join.
        #[default]
        Lobby = "lobby",
        /// Roles act in secret.
        Night = "night",
        /// The events of the night are shown.
        Dawn = "dawn",
        /// All players discuss.
        Talk = "talk",
        /// Players vote for the accused.
        Vote = "vote",
        /// The accused speaks.
        Defence = "defence",
        /// Yes or no to the execution.
        Ballot = "ballot",
        /// The result of the day is shown.
        Dusk = "dusk",
        /// The game is decided.
        Over = "over",
    }
}

/// The state of a game.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Game {
    /// The phase.
    pub phase: Phase,
    /// 0 before the start; night 1, then day 1, then night 2, …
    pub day: u16,
    /// When the phase ends; `None` before the start and after the end.
    pub ends_at: Option<Millis>,
    /// The host's choices; `roles` is always set after the start.
    pub setup: Setup,
    /// The players and bots.
    pub seats: Vec<Seat>,
    /// The number of players and bots that have ever joined: the `id` of the newest seat.
    #[serde(default)]
    pub joined: u32,
    /// The player who may change the set-up, remove players and start.
    pub host: Option<SeatNo>,
    /// The users who were removed and may not join again.
    pub kicked: BTreeSet<Uuid>,
    /// The actions of this night; by day those of the last night.
    pub night: Night,
    /// The players who have voted on the talk's length today.
    pub time_votes: BTreeSet<SeatNo>,
    /// Today's votes; `None` is an abstention.
    pub votes: BTreeMap<SeatNo, Option<SeatNo>>,
    /// The player whom the ballot is about.
    pub accused: Option<SeatNo>,
    /// The votes in the ballot.
    pub ballots: BTreeMap<SeatNo, Ballot>,
    /// The winner.
    pub winner: Option<Winner>,
    /// The code of the next game's table.
    pub next: Option<String>,
}

/// A player at the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Numbered from 1 in the order of joining. It stays the same when others leave, and is never given twice.
    #[serde(default)]
    pub id: u32,
    /// The player.
    pub player: Player,
    /// The role; `None` before the start.
    pub role: Option<Role>,
    /// The cause of death, if dead.
    pub death: Option<Cause>,
    /// The role is public.
    pub shown: bool,
    /// Left for good; dies at the next dawn.
    pub left: bool,
    /// A soldier who was not attacked yet.
    pub armour: bool,
    /// A reporter whose story was printed.
    pub published: bool,
    /// A spy who has found the mafia.
    pub contact: bool,
    /// The findings of a detective or spy.
    pub findings: Vec<Finding>,
    /// The number of nights, talks and votes in a row without any action or message.
    pub absent: u8,
    /// Has acted or written in this phase.
    pub stirred: bool,
    /// The id of the last message, so that a repeated one is ignored.
    pub last_line: Option<Uuid>,
}

/// A human player or a bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Player {
    /// The user's id; `None` for a bot.
    pub id: Option<Uuid>,
    /// The name at this table.
    pub name: String,
}

/// The result of investigating a player at night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The night.
    pub day: u16,
    /// The investigated seat.
    pub target: SeatNo,
    /// Whether that player is mafia.
    pub mafia: bool,
}

/// The actions of a night.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Night {
    /// The targets of the mafia, one for each mafia that points.
    pub points: Vec<Point>,
    /// The number of times that the mafia have pointed.
    pub pointed: u32,
    /// The targets of all other night actions, by the acting seat.
    #[serde(rename = "deeds")] // the name in stored games
    pub actions: BTreeMap<SeatNo, SeatNo>,
    /// The seats that have acted or sleep.
    pub done: BTreeSet<SeatNo>,
}

/// A mafia's choice of a victim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The mafia's seat.
    pub from: SeatNo,
    /// The victim's seat.
    pub target: SeatNo,
    /// The position in the order of this night's pointing.
    pub order: u32,
}

named! {
    /// A vote on the accused.
    pub enum Ballot {
        /// For the execution.
        Yes = "yes",
        /// Against the execution.
        No = "no",
        /// Neither.
        Abstain = "abstain",
    }
}

impl Game {
    /// Returns a seat by its number.
    pub fn seat(&self, seat: SeatNo) -> Option<&Seat> {
        self.seats.get(usize::from(seat))
    }

    /// Returns the seat of a user.
    pub fn seat_of(&self, id: Uuid) -> Option<SeatNo> {
        self.numbered().find(|(_, seat)| seat.player.id == Some(id)).map(|(number, _)| number)
    }

    /// Whether a living player has this seat.
    pub fn lives(&self, seat: SeatNo) -> bool {
        self.seat(seat).is_some_and(Seat::lives)
    }

    /// The role on a seat.
    pub fn role(&self, seat: SeatNo) -> Option<Role> {
        self.seat(seat).and_then(|seat| seat.role)
    }

    /// All seats with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (SeatNo, &Seat)> {
        (0..).zip(&self.seats)
    }

    /// The seats of living players.
    pub fn living(&self) -> impl Iterator<Item = SeatNo> + '_ {
        self.numbered().filter(|(_, seat)| seat.lives()).map(|(number, _)| number)
    }

    /// The living players who have not left: a phase waits for them.
    pub fn awaited(&self) -> impl Iterator<Item = SeatNo> + '_ {
        self.living().filter(|&seat| self.seat(seat).is_some_and(|seat| !seat.left))
    }

    /// Whether the game has started and is not decided.
    pub fn is_on(&self) -> bool {
        !matches!(self.phase, Phase::Lobby | Phase::Over)
    }

    /// Whether this player is mafia, or a spy who has found the mafia. The team reads the mafia's channel.
    pub fn in_team(&self, seat: SeatNo) -> bool {
        self.seat(seat).is_some_and(|seat| match seat.role {
            Some(Role::Mafia) => true,
            Some(Role::Spy) => seat.contact,
            _ => false,
        })
    }
}

impl Night {
    /// The target of this seat's night action.
    pub fn target_of(&self, seat: SeatNo) -> Option<SeatNo> {
        let pointed = self.points.iter().find(|point| point.from == seat).map(|point| point.target);
        pointed.or_else(|| self.actions.get(&seat).copied())
    }
}

impl Seat {
    /// A new seat.
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

    /// Whether the player is not dead.
    pub fn lives(&self) -> bool {
        self.death.is_none()
    }

    /// Whether the server plays this seat.
    pub fn is_bot(&self) -> bool {
        self.player.id.is_none()
    }
}
