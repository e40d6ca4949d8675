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

pub use changes::LockedGame;
pub use failures::Postponed;
pub use model::{Game, GameCard, GameChange, GameEvent, GamePlayer, GameUpdate, RoleRecord};

use crate::{
    GameId, RoomCode, Store, StoreError, Timestamp,
    db::{query, read, write},
};

/// The maximum number of lobbies in one `DELETE`, which must end within the limit of a statement.
const LOBBIES_AT_ONCE: u64 = 100;

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
