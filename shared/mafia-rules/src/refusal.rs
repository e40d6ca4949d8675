//! Reasons for refusing a command.

use serde::{Deserialize, Serialize};

/// Declares the refusals with their codes. JSON, [`Refusal::code`] and [`Refusal::CODES`] come from this one list.
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

            /// The code of this refusal. The application has the texts: the rules know no language.
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
        /// Only seated players may do this.
        NotSeated = "not_seated",
        /// Only the host may do this.
        NotHost = "not_host",
        /// The host was connected a moment ago, and may come back.
        HostJustLeft = "host_just_left",
        /// The game has begun.
        AlreadyStarted = "already_started",
        /// The game has not begun.
        NotStarted = "not_started",
        /// The game is over.
        GameOver = "game_over",
        /// Allowed after the end only.
        NotOver = "not_over",
        /// The table has no free seat.
        TableFull = "table_full",
        /// The host has removed this user.
        SentAway = "sent_away",
        /// The seat is empty.
        NoSuchSeat = "no_such_seat",
        /// Another player has this seat now.
        SomebodyElse = "somebody_else",
        /// The game needs more players.
        TooFewPlayers = "too_few_players",
        /// There are more roles than players.
        MoreRolesThanPlayers = "more_roles_than_players",
        /// The game needs a mafia.
        NoMafia = "no_mafia",
        /// The mafia could win before the first vote.
        TooManyMafia = "too_many_mafia",
        /// An option is out of its range.
        OptionOutOfRange {
            /// The field's name.
            field: String,
        } = "option_out_of_range",
        /// Dead players may only use their own chat.
        Dead = "dead",
        /// Not possible in this phase.
        WrongTime = "wrong_time",
        /// Not possible with this role.
        WrongRole = "wrong_role",
        /// The target is dead.
        TargetDead = "target_dead",
        /// A player may not target themselves.
        NotYourself = "not_yourself",
        /// The mafia may not target each other.
        OwnTeam = "own_team",
        /// This table has no kill in the first night.
        PeacefulNight = "peaceful_night",
        /// It was already done, and counts.
        AlreadyDone = "already_done",
        /// The accused may not vote in their own ballot.
        YouAreAccused = "you_are_accused",
        /// Only the accused may do this.
        NotAccused = "not_accused",
        /// The player cannot read that channel.
        NotYourChannel = "not_your_channel",
        /// The channel is closed in this phase.
        Quiet = "quiet",
        /// The message is empty.
        EmptyLine = "empty_line",
        /// The message has too many characters.
        LineTooLong = "line_too_long",
        /// The message has a control character, one that reorders text, or too many accents on one letter.
        BadCharacter = "bad_character",
        /// This table allows no spectators.
        NoSpectators = "no_spectators",
        /// Only signed-in users may join or write.
        NotSignedIn = "not_signed_in",
        /// Only the server may do this.
        NotYours = "not_yours",
    }
}
