//! What somebody wants to do.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use visible_text::Limits;

use crate::{Ballot, Channel, Deed, Player, SeatNo, Setup};

/// Who wants to do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody at the table.
    Seat(SeatNo),
    /// Somebody who stands beside it, and may sit down where they have an id.
    Visitor(Player),
    /// Time itself; `online` are the seats whose people are connected.
    Clock {
        /// Bots need not be among them.
        online: Vec<SeatNo>,
    },
}

/// What somebody wants to do.
///
/// What clients may send is a type of its own, in the application: this one is not read from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Sit down. For visitors, before the start; being seated already is no fault.
    Join,
    /// Stand up; during the game, go for good.
    Leave,
    /// Send somebody away. For the host, before the start.
    Kick {
        /// Whom.
        seat: SeatNo,
        /// The `id` of their seat; `None` where that does not matter. Until a wish arrives, others may have moved up to that seat.
        id: Option<u32>,
        /// Their name, which pages of earlier releases send instead of the id.
        name: Option<String>,
    },
    /// Become the host in place of one who is not connected. For who sits, before the start. Whether the host is connected is for the
    /// caller to know: the rules do not.
    TakeOver,
    /// Seat a bot. For the host, before the start.
    AddBot {
        /// What it is called.
        name: String,
    },
    /// Change roles and options. For the host, before the start.
    SetUp {
        /// To these.
        setup: Setup,
    },
    /// Deal the roles. For the host.
    Start,
    /// Do what one's role does to a player at night.
    Do {
        /// What.
        deed: Deed,
        /// To whom.
        target: SeatNo,
    },
    /// Nothing (more) to do tonight. Everybody who lives.
    Sleep,
    /// Make the talk shorter. Everybody who lives, one vote on time a day.
    Shorten,
    /// Make the talk longer. As `Shorten`.
    Lengthen,
    /// Name somebody; `None` abstains. Everybody who lives; the last one counts.
    Vote {
        /// Whom.
        target: Option<SeatNo>,
    },
    /// End one's own defence.
    Finish,
    /// Vote on the accused. Everybody else who lives, once.
    Ballot {
        /// How.
        choice: Ballot,
    },
    /// Say something.
    Say {
        /// Where.
        channel: Channel,
        /// What.
        words: Words,
        /// The client's id for it: the same again is said once.
        id: Option<Uuid>,
    },
    /// Name the table at which the same people play again. After the end; the first one counts.
    Again {
        /// That table's code.
        code: String,
        /// The code of the table that was named before, where that is there no more.
        gone: Option<String>,
    },
    /// See whether a phase has ended. For the clock.
    Tick,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Words {
    /// A person's own.
    Text(String),
    /// A bot's, which every reader sees in their own language.
    Phrase {
        /// Which phrase.
        phrase: String,
        /// About whom.
        about: Option<SeatNo>,
    },
}

impl Words {
    /// The bounds of a line's length.
    pub const LIMITS: Limits = Limits { characters: 300, bytes: 1200 };
}
