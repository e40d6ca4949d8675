//! Why something cannot be done.

use serde::{Deserialize, Serialize};

/// Why a command was refused. [`Refusal::text`] says it to people, [`Refusal::code`] to programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// Only who sits at the table may do this.
    NotSeated,
    /// Only the host may do this.
    NotHost,
    /// The host has only just gone, and may be back in a moment.
    HostJustLeft,
    /// The game has begun.
    AlreadyStarted,
    /// The game has not begun.
    NotStarted,
    /// The game is over.
    GameOver,
    /// Only after the end.
    NotOver,
    /// Every seat is taken.
    TableFull,
    /// The host has sent this person away.
    SentAway,
    /// Nobody sits there.
    NoSuchSeat,
    /// Somebody else sits there by now.
    SomebodyElse,
    /// Fewer players than a game needs.
    TooFewPlayers,
    /// The roles are more than the players.
    MoreRolesThanPlayers,
    /// A game needs a mafia.
    NoMafia,
    /// The others could have lost before they vote for the first time.
    TooManyMafia,
    /// An option is out of its range.
    OptionOutOfRange {
        /// Which.
        field: String,
    },
    /// The dead do nothing but talk among themselves.
    Dead,
    /// Not in this phase.
    WrongTime,
    /// Not with this role.
    WrongRole,
    /// Whoever it is meant for is dead.
    TargetDead,
    /// Not to oneself.
    NotYourself,
    /// The mafia do not point at each other.
    OwnTeam,
    /// The first night is without a kill at this table.
    PeacefulNight,
    /// It was done already, and counts.
    AlreadyDone,
    /// The accused do not vote on themselves.
    YouAreAccused,
    /// Only the accused may do this.
    NotAccused,
    /// One may not read that channel, so not write there either.
    NotYourChannel,
    /// Nobody may write there now.
    Quiet,
    /// Nothing is said.
    EmptyLine,
    /// More characters than a line may have.
    LineTooLong,
    /// A line has a control character, one that reorders text, or too many accents on one letter.
    BadCharacter,
    /// Spectators are not wanted at this table.
    NoSpectators,
    /// Only signed-in people sit down, or talk.
    NotSignedIn,
    /// Only the server does this.
    NotYours,
}
