//! What the audiences of games are told. It is written with the change that it tells of, and sent afterwards: whatever was not
//! sent, because a process died in between, is found here and sent by another one.

use super::GameUpdate;
use crate::{
    GameId, Store, StoreError, Timestamp,
    db::{ask, read, write},
};

/// The updates of how many games one statement deletes: it must end within the limit of a statement.
const GAMES_AT_ONCE: i64 = 20;

/// Updates; the rest of the statement follows.
macro_rules! updates {
    ($rest:literal) => {
        concat!("SELECT stream, seq, pos, at, body FROM game_updates ", $rest)
    };
}

impl Store {
    /// The updates that came with later versions than this, as they are to be sent: by version, stream and `seq`.
    ///
    /// # Errors
    /// The database.
    pub async fn updates_since_version(&self, game: GameId, version: i64) -> Result<Vec<GameUpdate>, StoreError> {
        ask("reading the updates of versions", async {
            read!(&self.db, pool => sqlx::query_as(updates!("WHERE game_id = $1 AND version > $2 ORDER BY version, stream, seq"))
                .bind(game)
                .bind(version)
                .fetch_all(pool)
                .await)
        })
        .await
    }

    /// Up to `limit` updates of one stream whose `seq` is greater than this, in order, and whether there are more.
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
        let mut found: Vec<GameUpdate> = ask("reading the updates of a stream", async {
            read!(&self.db, pool => sqlx::query_as(updates!("WHERE game_id = $1 AND stream = $2 AND seq > $3 ORDER BY seq LIMIT $4"))
                .bind(game)
                .bind(stream)
                .bind(seq)
                // One more than asked for tells whether there are more.
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

    /// Everybody was told what changed after version `from` up to version `to`. Where an earlier version still waits to be announced, all
    /// of them do: nothing is marked. Whether this marked something.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the game has no version `to` yet; the database.
    pub async fn mark_announced(&self, game: GameId, from: i64, to: i64) -> Result<bool, StoreError> {
        ask("marking a game as announced", async {
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

    /// At most `limit` games of which not all was announced, and that changed before `changed_before` or so often since that nobody would
    /// wait for their silence; longest ago first. Without those whose [next try](Self::postpone_game) is after `now`.
    ///
    /// # Errors
    /// The database.
    pub async fn unannounced_games(
        &self,
        changed_before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<GameId>, StoreError> {
        ask("listing games that were not announced", async {
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

    /// Deletes the updates of games that are over, announced, and last changed before `changed_before`. Their events stay. How
    /// many there were.
    ///
    /// # Errors
    /// The database. Some may have been deleted; the next call makes up for it.
    pub async fn purge_game_updates(&self, changed_before: Timestamp) -> Result<u64, StoreError> {
        let mut purged = 0;
        loop {
            let some = ask("purging updates of games", self.purge_some_updates(changed_before)).await?;
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
