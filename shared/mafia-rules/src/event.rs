//! Events: the only changes of a game.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Ballot, Channel, Millis, NightAction, Phase, Player, Role, SeatNo, Setup, Winner, Words, named::named};

/// An event of a game. Clients receive the parts that [`disclose`](crate::disclose) returns, in the same shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A player took the next seat.
    Joined {
        /// The player.
        player: Player,
    },
    /// A player gave up a seat before the start; the seats behind move up.
    StoodUp {
        /// The seat.
        seat: SeatNo,
        /// The player's name.
        name: String,
        /// The host removed the player, who may not come back.
        kicked: bool,
    },
    /// The host changed; `None` if there is no host.
    HostIs {
        /// The new host.
        seat: Option<SeatNo>,
    },
    /// The host changed roles or options.
    SetUp {
        /// The new set-up.
        setup: Setup,
    },
    /// The game started. The public receives this event without roles; each player receives `dealt`.
    Started {
        /// One role for each seat; empty in the public event.
        roles: Vec<Role>,
        /// The set-up of this game.
        setup: Setup,
    },
    /// The receiver's own role. Not stored: derived from `started`.
    Dealt {
        /// The role.
        role: Role,
    },
    /// A phase began.
    PhaseBegan {
        /// The phase.
        phase: Phase,
        /// Its day.
        day: u16,
        /// The latest end.
        ends_at: Millis,
    },
    /// The phase ends earlier, since all players are done.
    Hurried {
        /// The new end.
        ends_at: Millis,
    },
    /// A phase ended. Not disclosed.
    PhaseEnded {
        /// The seats without any action or message in it.
        absent: Vec<SeatNo>,
    },
    /// A mafia points at a victim.
    Pointed {
        /// The mafia's seat.
        seat: SeatNo,
        /// The victim's seat.
        target: SeatNo,
    },
    /// A spy has found the mafia. Not stored: derived from `probed`, for the team.
    Contacted {
        /// The spy.
        seat: SeatNo,
    },
    /// A player does nothing more tonight.
    Slept {
        /// The player's seat.
        seat: SeatNo,
    },
    /// Dawn: no player died.
    NobodyDied,
    /// A player died.
    Died {
        /// The player's seat.
        seat: SeatNo,
        /// The cause.
        cause: Cause,
        /// The role, if the table reveals it.
        role: Option<Role>,
    },
    /// A soldier survived an attack.
    Survived {
        /// The soldier's seat.
        seat: SeatNo,
    },
    /// A reporter's story reveals a role.
    Published {
        /// The reporter; `None` in the public event.
        by: Option<SeatNo>,
        /// The player whose role is revealed.
        target: SeatNo,
        /// The role.
        role: Role,
    },
    /// A player voted on the talk's length.
    TimeVoted {
        /// The player's seat.
        seat: SeatNo,
        /// Longer if true, shorter if false.
        longer: bool,
        /// The new end.
        ends_at: Millis,
    },
    /// A player voted for the accused.
    Voted {
        /// The voter's seat.
        seat: SeatNo,
        /// The named seat; `None` abstains.
        target: Option<SeatNo>,
    },
    /// A player is accused.
    Accused {
        /// The accused.
        seat: SeatNo,
    },
    /// No player has more votes than all others.
    NobodyAccused,
    /// A player voted in the ballot. The choice is disclosed with the verdict.
    Balloted {
        /// The voter's seat.
        seat: SeatNo,
        /// The choice; `None` for other players.
        choice: Option<Ballot>,
    },
    /// The result of the ballot.
    Judged {
        /// The accused.
        seat: SeatNo,
        /// The seats that voted yes.
        yes: Vec<SeatNo>,
        /// The seats that voted no.
        no: Vec<SeatNo>,
        /// More players voted yes than no.
        dies: bool,
    },
    /// A chat message.
    Said {
        /// The sender.
        by: Speaker,
        /// The channel.
        channel: Channel,
        /// The content.
        words: Words,
        /// The client's id for it.
        id: Option<Uuid>,
    },
    /// A player left the game for good.
    Left {
        /// The player's seat.
        seat: SeatNo,
    },
    /// The game is over.
    Ended {
        /// The winner.
        winner: Winner,
        /// The roles of all seats.
        roles: Vec<Role>,
    },
    /// The next game has a table.
    Again {
        /// The table's code.
        code: String,
    },
    /// A night action with a target; the mafia's pointing is `Pointed`.
    #[serde(untagged)]
    Done(Done),
}

/// A night action. Its `type` in JSON is the action's past tense: `protected`, `investigated`, …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// The action.
    #[serde(rename = "type", with = "event_type")]
    pub action: NightAction,
    /// The acting player's seat.
    pub seat: SeatNo,
    /// The target's seat.
    pub target: SeatNo,
    /// Whether the target is mafia, if the action finds that out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mafia: Option<bool>,
}

/// Reads and writes an action as the type of its event.
mod event_type {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    use crate::NightAction;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(action: &NightAction, to: S) -> Result<S::Ok, S::Error> {
        action.event_type().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NightAction, D::Error> {
        let past = String::deserialize(from)?;
        let action = NightAction::ALL.into_iter().find(|action| action.event_type() == past);
        action.ok_or_else(|| D::Error::custom(format_args!("{past:?} is no event of a game")))
    }
}

/// The sender of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// The sender's seat; `None` for a spectator.
    pub seat: Option<SeatNo>,
    /// The sender's name.
    pub name: String,
}

named! {
    /// The cause of a death.
    pub enum Cause {
        /// Killed by the mafia at night.
        Killed = "killed",
        /// Voted out.
        Executed = "executed",
        /// Died at dawn after leaving or being absent.
        Gone = "gone",
    }
}
