//! The errors of games, by the caller's possible reaction.

use fairness::TooFast;
use mafia_rules::Refusal;
use store::{StoreError, TextFault};

/// An error of an operation on games.
#[derive(Debug, thiserror::Error)]
pub enum MafiaError {
    /// No table has that code.
    #[error("there is no table with this code")]
    NotFound,
    /// No user has that id.
    #[error("there is no player with this id")]
    NoSuchPlayer,
    /// The rules refuse the command.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// A table's name breaks a rule.
    #[error("name: {0}")]
    BadName(TextFault),
    /// The user, or all spectators together, exceed the rate of the table.
    #[error(transparent)]
    TooFast(#[from] TooFast),
    /// The stored state has an unknown format.
    #[error("a stored game cannot be read: {0}")]
    Broken(serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<serde_json::Error> for MafiaError {
    fn from(fault: serde_json::Error) -> Self {
        Self::Broken(fault)
    }
}

impl From<Refusal> for MafiaError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
