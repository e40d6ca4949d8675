//! Hosts who went: a game that has not begun waits for its host, and not for ever.

use crate::{
    GameId, Store, StoreError, Timestamp, UserId,
    db::{ask, read, write},
};

impl Store {
    /// Remembers when the host of a game went, the last one alone.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is no such game or user; the database.
    pub async fn host_left(&self, game: GameId, host: UserId, at: Timestamp) -> Result<(), StoreError> {
        ask("noting that a host went", async {
            write!(&self.db, pool => sqlx::query(
                "INSERT INTO host_departures (game_id, user_id, left_at) VALUES ($1, $2, $3)
                 ON CONFLICT (game_id) DO UPDATE SET user_id = excluded.user_id, left_at = excluded.left_at",
            )
            .bind(game)
            .bind(host)
            .bind(at)
            .execute(pool)
            .await
            .map(drop))
        })
        .await
    }

    /// When this host of a game [went](Self::host_left) last, if nobody else did since.
    ///
    /// # Errors
    /// The database.
    pub async fn host_left_at(&self, game: GameId, host: UserId) -> Result<Option<Timestamp>, StoreError> {
        ask("asking when a host went", async {
            read!(&self.db, pool => sqlx::query_scalar("SELECT left_at FROM host_departures WHERE game_id = $1 AND user_id = $2")
                .bind(game)
                .bind(host)
                .fetch_optional(pool)
                .await)
        })
        .await
    }
}
