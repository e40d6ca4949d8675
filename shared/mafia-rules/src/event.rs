//! What has happened: the only thing that changes a game.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Ballot, Channel, Deed, Millis, Phase, Player, Role, SeatNo, Setup, Winner, Words, named::named};

/// Something that has happened. The same shape is shown to players, where they may see it: see [`told`](crate::told).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Somebody sat down on the next seat.
    Joined {
        /// Who.
        player: Player,
    },
    /// Somebody stood up before the start; those behind move up.
    StoodUp {
        /// From where.
        seat: SeatNo,
        /// What they are called.
        name: String,
        /// Was sent away, and may not come back.
        kicked: bool,
    },
    /// Somebody else is the host, or nobody.
    HostIs {
        /// Who.
        seat: Option<SeatNo>,
    },
    /// The host changed roles or options.
    SetUp {
        /// To these.
        setup: Setup,
    },
    /// The roles were dealt. Everybody is told that it begins, and each their own role (`dealt`).
    Started {
        /// One for each seat; empty where it is told to everybody.
        roles: Vec<Role>,
        /// What the table plays with.
        setup: Setup,
    },
    /// Your role. Not stored: made of `started` for each player.
    Dealt {
        /// Yours.
        role: Role,
    },
    /// A phase began.
    PhaseBegan {
        /// Which.
        phase: Phase,
        /// Of which day.
        day: u16,
        /// When it ends at the latest.
        ends_at: Millis,
    },
    /// A phase ends earlier: everybody is done.
    Hurried {
        /// When it ends now.
        ends_at: Millis,
    },
    /// A phase ended; for nobody's eyes.
    PhaseEnded {
        /// Who gave no sign of life in it.
        absent: Vec<SeatNo>,
    },
    /// One of the mafia points at somebody.
    Pointed {
        /// Who.
        seat: SeatNo,
        /// At whom.
        target: SeatNo,
    },
    /// A spy has found the mafia, who are told. Not stored: made of `probed`.
    Contacted {
        /// The spy.
        seat: SeatNo,
    },
    /// Somebody has nothing more to do tonight.
    Slept {
        /// Who.
        seat: SeatNo,
    },
    /// The night's news: nobody died.
    NobodyDied,
    /// Somebody died.
    Died {
        /// Who.
        seat: SeatNo,
        /// How.
        cause: Cause,
        /// Their role, where the table shows it.
        role: Option<Role>,
    },
    /// A soldier has survived an attack.
    Survived {
        /// Who.
        seat: SeatNo,
    },
    /// A reporter's story: somebody's role.
    Published {
        /// The reporter; told to nobody but them.
        by: Option<SeatNo>,
        /// Whose.
        target: SeatNo,
        /// Which.
        role: Role,
    },
    /// Somebody voted on the talk's length.
    TimeVoted {
        /// Who.
        seat: SeatNo,
        /// Longer, or else shorter.
        longer: bool,
        /// When it ends now.
        ends_at: Millis,
    },
    /// Somebody named somebody.
    Voted {
        /// Who.
        seat: SeatNo,
        /// Whom; `None` abstains.
        target: Option<SeatNo>,
    },
    /// Somebody stands before the ballot.
    Accused {
        /// Who.
        seat: SeatNo,
    },
    /// Nobody was named oftenest.
    NobodyAccused,
    /// Somebody voted on the accused. How is told with the verdict.
    Balloted {
        /// Who.
        seat: SeatNo,
        /// How; `None` where it is told to others.
        choice: Option<Ballot>,
    },
    /// The ballot's outcome.
    Judged {
        /// The accused.
        seat: SeatNo,
        /// Who was for their death.
        yes: Vec<SeatNo>,
        /// Who was against it.
        no: Vec<SeatNo>,
        /// More were for it.
        dies: bool,
    },
    /// Somebody said something.
    Said {
        /// Who.
        by: Speaker,
        /// Where.
        channel: Channel,
        /// What.
        words: Words,
        /// The client's id for it.
        id: Option<Uuid>,
    },
    /// Somebody went for good during the game.
    Left {
        /// Who.
        seat: SeatNo,
    },
    /// The game is over.
    Ended {
        /// Who has won.
        winner: Winner,
        /// Everybody's role.
        roles: Vec<Role>,
    },
    /// The same people play again at another table.
    Again {
        /// Its code.
        code: String,
    },
    /// A role did to a player what it does at night; the mafia's pointing is `Pointed`.
    #[serde(untagged)]
    Done(Done),
}

/// What a role did to a player at night. Its `type` in JSON is the deed's past: `protected`, `investigated`, …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// What.
    #[serde(rename = "type", with = "past")]
    pub deed: Deed,
    /// Who did it.
    pub seat: SeatNo,
    /// To whom.
    pub target: SeatNo,
    /// Where the deed finds it out: whether the target is of the mafia.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mafia: Option<bool>,
}

/// A deed by the type of its event.
mod past {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    use crate::Deed;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(deed: &Deed, to: S) -> Result<S::Ok, S::Error> {
        deed.past().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Deed, D::Error> {
        let past = String::deserialize(from)?;
        let deed = Deed::ALL.into_iter().find(|deed| deed.past() == past);
        deed.ok_or_else(|| D::Error::custom(format_args!("{past:?} is no event of a game")))
    }
}

/// Who said something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// Their seat; `None` for a spectator.
    pub seat: Option<SeatNo>,
    /// What they are called.
    pub name: String,
}

named! {
    /// How somebody died.
    pub enum Cause {
        /// By the mafia, at night.
        Killed = "killed",
        /// Voted out.
        Executed = "executed",
        /// In their sleep: they had gone.
        Gone = "gone",
    }
}
