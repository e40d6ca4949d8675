//! The rows of games. The caller defines the contents of states, events and bodies.

use sqlx::FromRow;

use crate::{GameId, RoomCode, Timestamp, UserId};

/// A game.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Game {
    /// Never changes.
    pub id: GameId,
    /// The code to share.
    pub code: RoomCode,
    /// The number of changes, from 1.
    pub version: i64,
    /// The version up to which all updates are announced; 0 for a new game.
    pub announced: i64,
    /// The state, as the caller wrote it.
    pub state: String,
    /// The time of the next bot move; `None` if there is none before the next change.
    pub bots_at: Option<Timestamp>,
    /// The time at which the scheduler must advance it; `None` if never.
    pub due_at: Option<Timestamp>,
    /// The time of creation.
    pub created_at: Timestamp,
    /// The time of the last change.
    pub changed_at: Timestamp,
}

/// A game in a list.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct GameCard {
    /// Never changes.
    pub id: GameId,
    /// The code to share.
    pub code: RoomCode,
    /// The name.
    pub name: String,
    /// The host's name.
    pub host: String,
    /// `lobby`, `playing` or `over`.
    pub phase: String,
    /// The number of taken seats.
    #[sqlx(try_from = "i64")]
    pub seated: u32,
    /// Whether users without a seat may watch.
    pub spectators: bool,
    /// The time of creation.
    pub created_at: Timestamp,
    /// The time of the last change.
    pub changed_at: Timestamp,
}

/// An event of a game. Secret until the end.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct GameEvent {
    /// 1, 2, 3, … in each game, without gaps; numbered by the caller.
    pub n: i64,
    /// The time.
    pub at: Timestamp,
    /// The event, as the caller wrote it.
    pub event: String,
}

/// An update for one audience of a game.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct GameUpdate {
    /// The audience: a small number that the caller defines.
    pub stream: i64,
    /// 1, 2, 3, … in each stream of a game, without gaps; numbered by the caller.
    pub seq: i64,
    /// The position among the updates of other streams; given by the caller.
    pub pos: i64,
    /// The time.
    pub at: Timestamp,
    /// The update, as the caller wrote it.
    pub body: String,
}

/// A user with a seat in a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GamePlayer {
    /// The user.
    pub user: UserId,
    /// The seat.
    pub seat: i64,
    /// The role; `None` before the start.
    pub role: Option<String>,
    /// Whether the user won; `None` before the end.
    pub won: Option<bool>,
}

/// A user's results in one role.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RoleRecord {
    /// The role.
    pub role: String,
    /// The number of finished games in it.
    #[sqlx(try_from = "i64")]
    pub games: u32,
    /// The number of won games in it.
    #[sqlx(try_from = "i64")]
    pub wins: u32,
}

/// All that one change writes. It replaces all fields of the game's row.
#[derive(Clone, Copy, Debug)]
pub struct GameChange<'a> {
    /// See [`Game::state`].
    pub state: &'a str,
    /// See [`GameCard::name`].
    pub name: &'a str,
    /// See [`GameCard::host`].
    pub host: &'a str,
    /// `lobby`, `playing` or `over`: the database refuses others.
    pub phase: &'a str,
    /// See [`GameCard::seated`].
    pub seated: u32,
    /// See [`GameCard::spectators`].
    pub spectators: bool,
    /// See [`Game::bots_at`].
    pub bots_at: Option<Timestamp>,
    /// See [`Game::due_at`].
    pub due_at: Option<Timestamp>,
    /// The new events.
    pub events: &'a [GameEvent],
    /// The new updates.
    pub updates: &'a [GameUpdate],
    /// The players from now on; `None` leaves them unchanged.
    pub players: Option<&'a [GamePlayer]>,
    /// The game has ended and counts in its players' statistics from now on.
    pub over: bool,
}
