//! Games, as the store takes them and gives them back. What states, events and bodies say is the caller's business.

use sqlx::FromRow;

use crate::{GameId, RoomCode, Timestamp, UserId};

/// A game.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Game {
    /// Stays the same for ever.
    pub id: GameId,
    /// What people share.
    pub code: RoomCode,
    /// How many changes it has seen; 1 when it is new.
    pub version: i64,
    /// The version up to which everybody was told what changed; 0 when it is new.
    pub announced: i64,
    /// All of it, as the caller writes it.
    pub state: String,
    /// When bots want to act next; `None`: not until something changes.
    pub bots_at: Option<Timestamp>,
    /// When it goes on by itself; `None`: never.
    pub due_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

/// A game, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct GameCard {
    /// Stays the same for ever.
    pub id: GameId,
    /// What people share.
    pub code: RoomCode,
    /// What it is called.
    pub name: String,
    /// What its host is called.
    pub host: String,
    /// `lobby`, `playing` or `over`.
    pub phase: String,
    /// How many seats are taken.
    #[sqlx(try_from = "i64")]
    pub seated: u32,
    /// Whether people without a seat may watch.
    pub spectators: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

/// Something that happened in a game: the truth, that nobody is shown before the end.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct GameEvent {
    /// 1, 2, 3, … in each game, without holes; the caller counts.
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// What, as the caller writes it.
    pub event: String,
}

/// What one audience of a game is told.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct GameUpdate {
    /// Which audience: a small number that the caller gives a meaning.
    pub stream: i64,
    /// 1, 2, 3, … in each stream of a game, without holes; the caller counts.
    pub seq: i64,
    /// Where it stands among the updates of the game's other streams; the caller's, too.
    pub pos: i64,
    /// When.
    pub at: Timestamp,
    /// What, as the caller writes it.
    pub body: String,
}

/// A person who has a seat in a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GamePlayer {
    /// Who.
    pub user: UserId,
    /// Where they sit.
    pub seat: i64,
    /// What they play; `None` before it is dealt.
    pub role: Option<String>,
    /// Whether they won; `None` before the end.
    pub won: Option<bool>,
}

/// How a person did in one role.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RoleRecord {
    /// The role.
    pub role: String,
    /// How many finished games they played in it.
    #[sqlx(try_from = "i64")]
    pub games: u32,
    /// How many of these they won.
    #[sqlx(try_from = "i64")]
    pub wins: u32,
}

/// Everything that one change of a game writes. All fields of the game's row are written anew.
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
    /// What happened, to be added.
    pub events: &'a [GameEvent],
    /// What the audiences are told of it, to be added.
    pub updates: &'a [GameUpdate],
    /// Who sits from now on; `None`: who sat before.
    pub players: Option<&'a [GamePlayer]>,
    /// The game has ended: from now on it counts in its players' records.
    pub over: bool,
}
