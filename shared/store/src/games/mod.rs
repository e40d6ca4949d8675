//! Games. The store does not know their rules. It keeps a versioned state, events, updates for each audience, and players.

/// Selects games; the rest of the statement follows.
macro_rules! games {
    ($rest:literal) => {
        concat!("SELECT id, code, version, announced, state, bots_at, due_at, created_at, changed_at FROM games ", $rest)
    };
}

mod changes;
mod failures;
mod hosts;
mod lists;
mod model;
mod updates;

use std::future::ready;

use futures_util::TryStreamExt as _;
use sqlx::FromRow;

pub use changes::LockedGame;
pub use failures::Postponed;
pub use model::{Game, GameCard, GameChange, GameEvent, GamePlayer, GameUpdate, RoleRecord};

use crate::{
    GameId, RoomCode, Store, StoreError, Timestamp, UserId,
    db::{query, read, write},
};

/// The maximum number of lobbies in one `DELETE`, which must end within the limit of a statement.
const LOBBIES_AT_ONCE: u64 = 100;

/// The game in the first row, and a connected user in each further one: so the state is sent once.
const GAME_AND_ONLINE: &str = "
    SELECT id, code, version, announced, state, bots_at, due_at, created_at, changed_at, NULL AS user_id FROM games WHERE code = $1
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, p.user_id
    FROM games g JOIN game_sockets p ON p.game_id = g.id JOIN leases l ON l.process_id = p.process_id
    WHERE g.code = $1 AND l.reaped_at IS NULL";

/// A row of [`GAME_AND_ONLINE`].
#[derive(FromRow)]
struct GameOrUser {
    id: Option<GameId>,
    code: Option<RoomCode>,
    version: Option<i64>,
    announced: Option<i64>,
    state: Option<String>,
    bots_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    created_at: Option<Timestamp>,
    changed_at: Option<Timestamp>,
    user_id: Option<UserId>,
}

impl GameOrUser {
    fn game(self) -> Option<Game> {
        Some(Game {
            id: self.id?,
            code: self.code?,
            version: self.version?,
            announced: self.announced?,
            state: self.state?,
            bots_at: self.bots_at,
            due_at: self.due_at,
            created_at: self.created_at?,
            changed_at: self.changed_at?,
        })
    }
}

impl Store {
    /// Returns the game with this code.
    ///
    /// # Errors
    /// The database.
    pub async fn game_by_code(&self, code: &RoomCode) -> Result<Option<Game>, StoreError> {
        query("looking up a game by its code", async {
            read!(&self.db, pool => sqlx::query_as(games!("WHERE code = $1")).bind(code).fetch_optional(pool).await)
        })
        .await
    }

    /// Returns the game with this code, and the users who are connected to it, ordered by id: one query.
    ///
    /// # Errors
    /// The database.
    pub async fn game_with_online(&self, code: &RoomCode) -> Result<Option<(Game, Vec<UserId>)>, StoreError> {
        let rows: Vec<GameOrUser> = query("looking up a game and its users", async {
            read!(&self.db, pool => sqlx::query_as(GAME_AND_ONLINE).bind(code).fetch_all(pool).await)
        })
        .await?;
        let mut online: Vec<_> = rows.iter().filter_map(|row| row.user_id).collect();
        online.sort_unstable();
        online.dedup();
        Ok(rows.into_iter().find_map(GameOrUser::game).map(|game| (game, online)))
    }

    /// Returns the game with this id.
    ///
    /// # Errors
    /// The database.
    pub async fn game_by_id(&self, game: GameId) -> Result<Option<Game>, StoreError> {
        query("looking up a game", async {
            read!(&self.db, pool => sqlx::query_as(games!("WHERE id = $1")).bind(game).fetch_optional(pool).await)
        })
        .await
    }

    /// Returns all events of a game, in order.
    ///
    /// # Errors
    /// The database.
    pub async fn game_events(&self, game: GameId) -> Result<Vec<GameEvent>, StoreError> {
        self.game_events_where(game, |_| true).await
    }

    /// Returns the events of a game that the caller keeps, in order. Reads all of them; only the kept ones use memory.
    ///
    /// # Errors
    /// The database.
    pub async fn game_events_where(
        &self,
        game: GameId,
        mut keeps: impl FnMut(&GameEvent) -> bool,
    ) -> Result<Vec<GameEvent>, StoreError> {
        const EVENTS: &str = "SELECT n, at, event FROM game_events WHERE game_id = $1 ORDER BY n";
        query("reading a game's events", async {
            read!(&self.db, pool => sqlx::query_as(EVENTS)
                .bind(game)
                .fetch(pool)
                .try_filter(|event| ready(keeps(event)))
                .try_collect()
                .await)
        })
        .await
    }

    /// At most `limit` games that are due, longest overdue first, without those with a later [next try](Self::postpone_game).
    ///
    /// # Errors
    /// The database.
    pub async fn due_games(&self, now: Timestamp, limit: u32) -> Result<Vec<GameId>, StoreError> {
        query("listing games that are due", async {
            read!(&self.db, pool => sqlx::query_scalar(
                "SELECT id FROM games WHERE due_at <= $1 AND (retry_at IS NULL OR retry_at <= $1) ORDER BY due_at, id LIMIT $2",
            )
            .bind(now)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await)
        })
        .await
    }

    /// Deletes the games that never started and last changed before `changed_before`, with all their rows. Returns their number.
    ///
    /// # Errors
    /// The database. Some may have been deleted; the next call deletes the rest.
    pub async fn delete_idle_lobbies(&self, changed_before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let some = query("deleting idle lobbies", self.delete_some_lobbies(changed_before)).await?;
            deleted += some;
            if some < LOBBIES_AT_ONCE {
                return Ok(deleted);
            }
        }
    }

    /// Repeats the condition for each row, since a game may change meanwhile.
    async fn delete_some_lobbies(&self, changed_before: Timestamp) -> sqlx::Result<u64> {
        write!(&self.db, pool => sqlx::query(
            "DELETE FROM games WHERE phase = 'lobby' AND changed_at < $1 AND id IN (
                 SELECT id FROM games WHERE phase = 'lobby' AND changed_at < $1 ORDER BY changed_at LIMIT $2)",
        )
        .bind(changed_before)
        .bind(LOBBIES_AT_ONCE.cast_signed())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))
    }
}
