//! Why something with a game did not work, by what a caller can do about it.

use fairness::TooFast;
use mafia_rules::Refusal;
use store::{StoreError, TextFault};

/// Why something with a game did not work.
#[derive(Debug, thiserror::Error)]
pub enum MafiaError {
    /// No table has that code.
    #[error("there is no table with this code")]
    NotFound,
    /// Nobody has that id.
    #[error("there is no player with this id")]
    NoSuchPlayer,
    /// The rules refuse it.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// A table's name breaks a rule.
    #[error("name: {0}")]
    BadName(TextFault),
    /// The user, or all spectators together, asked more often than a table takes.
    #[error(transparent)]
    TooFast(#[from] TooFast),
    /// What is stored is not what this program writes.
    #[error("a stored game cannot be read: {0}")]
    Broken(serde_json::Error),
    /// The database did not do it.
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
