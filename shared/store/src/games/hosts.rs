//! The departures of hosts: a game that has not started waits for its host for a limited time.

use crate::{
    GameId, Store, StoreError, Timestamp, UserId,
    db::{query, read, write},
};

impl Store {
    /// Stores the time at which a host went offline; only the last departure is kept.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such game or user; the database.
    pub async fn host_left(&self, game: GameId, host: UserId, at: Timestamp) -> Result<(), StoreError> {
        query("noting that a host went", async {
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

    /// When this host [went offline](Self::host_left), if no other host did later.
    ///
    /// # Errors
    /// The database.
    pub async fn host_left_at(&self, game: GameId, host: UserId) -> Result<Option<Timestamp>, StoreError> {
        query("asking when a host went", async {
            read!(&self.db, pool => sqlx::query_scalar("SELECT left_at FROM host_departures WHERE game_id = $1 AND user_id = $2")
                .bind(game)
                .bind(host)
                .fetch_optional(pool)
                .await)
        })
        .await
    }
}
