//! Commands: requests to change a game.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use visible_text::Limits;

use crate::{Ballot, Channel, NightAction, Player, SeatNo, Setup};

/// The sender of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A player at the table.
    Seat(SeatNo),
    /// A user without a seat, who may join if the player has an id.
    Visitor(Player),
    /// The server's scheduler.
    Clock {
        /// The seats whose users are connected. Bots may be left out.
        online: Vec<SeatNo>,
    },
}

/// A request to change a game.
///
/// The application has its own type for the commands of clients. This one is never read from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take a seat. For visitors, before the start; a seated player may repeat it.
    Join,
    /// Give up the seat; during the game, for good.
    Leave,
    /// Remove a player. For the host, before the start.
    Kick {
        /// The player's seat.
        seat: SeatNo,
        /// The `id` of their seat; `None` skips this check. Seats may have moved up since the client sent the command.
        id: Option<u32>,
        /// The player's name. Clients of earlier releases send it instead of the id.
        name: Option<String>,
    },
    /// Become the host in place of one who is not connected. For seated players, before the start. The caller checks the host's connection:
    /// the rules do not know it.
    TakeOver,
    /// Seat a bot. For the host, before the start.
    AddBot {
        /// Its name.
        name: String,
    },
    /// Change roles and options. For the host, before the start.
    SetUp {
        /// The new set-up.
        setup: Setup,
    },
    /// Deal the roles. For the host.
    Start,
    /// Use the role's night action on a player.
    Do {
        /// The night action.
        action: NightAction,
        /// Its target.
        target: SeatNo,
    },
    /// Do nothing more tonight. For living players.
    Sleep,
    /// Make the talk shorter. For living players, who have one vote on time a day.
    Shorten,
    /// Make the talk longer. Same rules as `Shorten`.
    Lengthen,
    /// Vote for a player; `None` abstains. For living players; the last vote counts.
    Vote {
        /// The player to accuse.
        target: Option<SeatNo>,
    },
    /// End the own defence.
    Finish,
    /// Vote on the accused. For all other living players, once.
    Ballot {
        /// The vote.
        choice: Ballot,
    },
    /// Send a chat message.
    Say {
        /// The channel.
        channel: Channel,
        /// The message.
        words: Words,
        /// The client's id for the message: a repeated one is ignored.
        id: Option<Uuid>,
    },
    /// Name the table of the next game. After the end; the first one counts.
    Again {
        /// The code of that table.
        code: String,
        /// The code of the previously named table, if that table no longer exists.
        gone: Option<String>,
    },
    /// End the phase if its time is over. For the clock.
    Tick,
}

/// The content of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Words {
    /// Free text of a human player.
    Text(String),
    /// A phrase of a bot, which each client shows in its own language.
    Phrase {
        /// The phrase's id.
        phrase: String,
        /// The player whom it is about.
        about: Option<SeatNo>,
    },
}

impl Words {
    /// The limits of a message's length.
    pub const LIMITS: Limits = Limits { characters: 300, bytes: 1200 };
}
