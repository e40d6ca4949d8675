//! Games. The store knows none of their rules: it keeps a state with a version, what happened, what each audience was told,
//! and who sits.

/// Games; the rest of the statement follows.
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
    db::{ask, read, write},
};

/// How many lobbies one statement deletes: with all that hangs on them, it must end within the limit of a statement.
const LOBBIES_AT_ONCE: u64 = 100;

impl Store {
    /// The game that has this code.
    ///
    /// # Errors
    /// The database.
    pub async fn game_by_code(&self, code: &RoomCode) -> Result<Option<Game>, StoreError> {
        ask("looking up a game by its code", async {
            read!(&self.db, pool => sqlx::query_as(games!("WHERE code = $1")).bind(code).fetch_optional(pool).await)
        })
        .await
    }

    /// The game that has this id.
    ///
    /// # Errors
    /// The database.
    pub async fn game_by_id(&self, game: GameId) -> Result<Option<Game>, StoreError> {
        ask("looking up a game", async {
            read!(&self.db, pool => sqlx::query_as(games!("WHERE id = $1")).bind(game).fetch_optional(pool).await)
        })
        .await
    }

    /// All that happened in a game, in order.
    ///
    /// # Errors
    /// The database.
    pub async fn game_events(&self, game: GameId) -> Result<Vec<GameEvent>, StoreError> {
        self.game_events_where(game, |_| true).await
    }

    /// Returns a game's events in order, without those that the caller drops. Reads all of them; only the kept ones take memory.
    ///
    /// # Errors
    /// The database.
    pub async fn game_events_where(
        &self,
        game: GameId,
        mut keeps: impl FnMut(&GameEvent) -> bool,
    ) -> Result<Vec<GameEvent>, StoreError> {
        const EVENTS: &str = "SELECT n, at, event FROM game_events WHERE game_id = $1 ORDER BY n";
        ask("reading a game's events", async {
            read!(&self.db, pool => sqlx::query_as(EVENTS)
                .bind(game)
                .fetch(pool)
                .try_filter(|event| ready(keeps(event)))
                .try_collect()
                .await)
        })
        .await
    }

    /// At most `limit` games that should have gone on by now, longest overdue first; without those whose [next
    /// try](Self::postpone_game) is later.
    ///
    /// # Errors
    /// The database.
    pub async fn due_games(&self, now: Timestamp, limit: u32) -> Result<Vec<GameId>, StoreError> {
        ask("listing games that are due", async {
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

    /// Deletes the games that never began and last changed before `changed_before`, with all that belongs to them. How many
    /// there were.
    ///
    /// # Errors
    /// The database. Some may have been deleted; the next call makes up for it.
    pub async fn delete_idle_lobbies(&self, changed_before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let some = ask("deleting idle lobbies", self.delete_some_lobbies(changed_before)).await?;
            deleted += some;
            if some < LOBBIES_AT_ONCE {
                return Ok(deleted);
            }
        }
    }

    /// Asks of each row again what was asked of the list: whoever changes a game meanwhile keeps it.
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
