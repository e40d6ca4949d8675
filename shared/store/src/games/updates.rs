//! The updates for the audiences of games. They are written with their change and sent afterwards. If a process dies in between, another
//! one finds them here and sends them.

use super::GameUpdate;
use crate::{
    GameId, Store, StoreError, Timestamp,
    db::{query, read, write},
};

/// The maximum number of games in one `DELETE`, which must end within the limit of a statement.
const GAMES_AT_ONCE: i64 = 20;

/// Selects updates; the rest of the statement follows.
macro_rules! updates {
    ($rest:literal) => {
        concat!("SELECT stream, seq, pos, at, body FROM game_updates ", $rest)
    };
}

impl Store {
    /// The updates after this version, in the order of sending: by version, stream and `seq`.
    ///
    /// # Errors
    /// The database.
    pub async fn updates_since_version(&self, game: GameId, version: i64) -> Result<Vec<GameUpdate>, StoreError> {
        query("reading the updates of versions", async {
            read!(&self.db, pool => sqlx::query_as(updates!("WHERE game_id = $1 AND version > $2 ORDER BY version, stream, seq"))
                .bind(game)
                .bind(version)
                .fetch_all(pool)
                .await)
        })
        .await
    }

    /// Up to `limit` updates of a stream after this `seq`, in order, and whether there are more.
    ///
    /// # Errors
    /// The database.
    pub async fn updates_after(
        &self,
        game: GameId,
        stream: i64,
        seq: i64,
        limit: u32,
    ) -> Result<(Vec<GameUpdate>, bool), StoreError> {
        let mut found: Vec<GameUpdate> = query("reading the updates of a stream", async {
            read!(&self.db, pool => sqlx::query_as(updates!("WHERE game_id = $1 AND stream = $2 AND seq > $3 ORDER BY seq LIMIT $4"))
                .bind(game)
                .bind(stream)
                .bind(seq)
                // One row more than `limit` shows whether there are more.
                .bind(i64::from(limit) + 1)
                .fetch_all(pool)
                .await)
        })
        .await?;
        let more = found.len() as u64 > u64::from(limit);
        if more {
            found.pop();
        }
        Ok((found, more))
    }

    /// Stores that versions after `from` up to `to` are announced. Nothing is stored if an earlier version is unannounced. Returns whether
    /// something was stored.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if the game has no version `to` yet; the database.
    pub async fn mark_announced(&self, game: GameId, from: i64, to: i64) -> Result<bool, StoreError> {
        query("marking a game as announced", async {
            write!(&self.db, pool => sqlx::query(
                "UPDATE games SET announced = $3 WHERE id = $1 AND announced >= $2 AND announced < $3",
            )
            .bind(game)
            .bind(from)
            .bind(to)
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))
        })
        .await
    }

    /// At most `limit` games with unannounced changes, longest ago first. A game counts if it last changed before `changed_before`, or is
    /// many versions behind. Without those whose [next try](Self::postpone_game) is after `now`.
    ///
    /// # Errors
    /// The database.
    pub async fn unannounced_games(
        &self,
        changed_before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<GameId>, StoreError> {
        query("listing games that were not announced", async {
            read!(&self.db, pool => sqlx::query_scalar(
                "SELECT id FROM games WHERE announced < version AND (changed_at < $1 OR announced < version - 8)
                     AND (retry_at IS NULL OR retry_at <= $3)
                 ORDER BY changed_at, id LIMIT $2",
            )
            .bind(changed_before)
            .bind(i64::from(limit))
            .bind(now)
            .fetch_all(pool)
            .await)
        })
        .await
    }

    /// Deletes the updates of finished, announced games that last changed before `changed_before`. Events stay. Returns the number of
    /// updates.
    ///
    /// # Errors
    /// The database. Some may have been deleted; the next call deletes the rest.
    pub async fn purge_game_updates(&self, changed_before: Timestamp) -> Result<u64, StoreError> {
        let mut purged = 0;
        loop {
            let some = query("purging updates of games", self.purge_some_updates(changed_before)).await?;
            purged += some;
            if some == 0 {
                return Ok(purged);
            }
        }
    }

    async fn purge_some_updates(&self, changed_before: Timestamp) -> sqlx::Result<u64> {
        write!(&self.db, pool => sqlx::query(
            "DELETE FROM game_updates WHERE game_id IN (
                 SELECT g.id FROM games g
                 WHERE g.phase = 'over' AND g.changed_at < $1 AND g.announced = g.version
                   AND EXISTS (SELECT 1 FROM game_updates u WHERE u.game_id = g.id)
                 ORDER BY g.changed_at LIMIT $2)",
        )
        .bind(changed_before)
        .bind(GAMES_AT_ONCE)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))
    }
}
