//! Why something cannot be done.

use serde::{Deserialize, Serialize};

/// Declares the refusals with their codes, so that the JSON, [`Refusal::code`] and [`Refusal::CODES`] come from one list.
macro_rules! refusals {
    ($(#[$meta:meta])* pub enum $Enum:ident {
        $($(#[$doc:meta])* $Refusal:ident $({ $(#[$field_doc:meta])* $field:ident: $Type:ty, })? = $code:literal,)+
    }) => {
        $(#[$meta])*
        pub enum $Enum {
            $($(#[$doc])* #[serde(rename = $code)] $Refusal $({ $(#[$field_doc])* $field: $Type })?,)+
        }

        impl $Enum {
            /// The codes of all refusals.
            pub const CODES: &[&str] = &[$($code),+];

            /// For programs: one word. What it says to people is a matter of languages, which the rules do not know.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$Refusal { .. } => $code,)+
                }
            }
        }
    };
}

refusals! {
    /// Why a command was refused.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(tag = "code")]
    pub enum Refusal {
        /// Only who sits at the table may do this.
        NotSeated = "not_seated",
        /// Only the host may do this.
        NotHost = "not_host",
        /// The host has only just gone, and may be back in a moment.
        HostJustLeft = "host_just_left",
        /// The game has begun.
        AlreadyStarted = "already_started",
        /// The game has not begun.
        NotStarted = "not_started",
        /// The game is over.
        GameOver = "game_over",
        /// Only after the end.
        NotOver = "not_over",
        /// Every seat is taken.
        TableFull = "table_full",
        /// The host has sent this person away.
        SentAway = "sent_away",
        /// Nobody sits there.
        NoSuchSeat = "no_such_seat",
        /// Somebody else sits there by now.
        SomebodyElse = "somebody_else",
        /// Fewer players than a game needs.
        TooFewPlayers = "too_few_players",
        /// The roles are more than the players.
        MoreRolesThanPlayers = "more_roles_than_players",
        /// A game needs a mafia.
        NoMafia = "no_mafia",
        /// The others could have lost before they vote for the first time.
        TooManyMafia = "too_many_mafia",
        /// An option is out of its range.
        OptionOutOfRange {
            /// Which.
            field: String,
        } = "option_out_of_range",
        /// The dead do nothing but talk among themselves.
        Dead = "dead",
        /// Not in this phase.
        WrongTime = "wrong_time",
        /// Not with this role.
        WrongRole = "wrong_role",
        /// Whoever it is meant for is dead.
        TargetDead = "target_dead",
        /// Not to oneself.
        NotYourself = "not_yourself",
        /// The mafia do not point at each other.
        OwnTeam = "own_team",
        /// The first night is without a kill at this table.
        PeacefulNight = "peaceful_night",
        /// It was done already, and counts.
        AlreadyDone = "already_done",
        /// The accused do not vote on themselves.
        YouAreAccused = "you_are_accused",
        /// Only the accused may do this.
        NotAccused = "not_accused",
        /// One may not read that channel, so not write there either.
        NotYourChannel = "not_your_channel",
        /// Nobody may write there now.
        Quiet = "quiet",
        /// Nothing is said.
        EmptyLine = "empty_line",
        /// More characters than a line may have.
        LineTooLong = "line_too_long",
        /// A line has a control character, one that reorders text, or too many accents on one letter.
        BadCharacter = "bad_character",
        /// Spectators are not wanted at this table.
        NoSpectators = "no_spectators",
        /// Only signed-in people sit down, or talk.
        NotSignedIn = "not_signed_in",
        /// Only the server does this.
        NotYours = "not_yours",
    }
}
