//! Socket tokens that were used. A token is signed, so only a used one needs a row.

use crate::{
    Store, StoreError, Timestamp,
    db::{query, write},
};

impl Store {
    /// Marks a socket token as used. Returns false if it was used before; of concurrent calls one returns true.
    ///
    /// # Errors
    /// The database.
    pub async fn use_socket_token(&self, id: &[u8; 16], expires_at: Timestamp) -> Result<bool, StoreError> {
        query("marking a socket token as used", async {
            write!(&self.db, pool => sqlx::query(
                "INSERT INTO used_socket_tokens (id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            )
            .bind(&id[..])
            .bind(expires_at)
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))
        })
        .await
    }

    /// Deletes the used socket tokens that expired before `before`. Returns their number.
    ///
    /// # Errors
    /// The database.
    pub async fn purge_socket_tokens(&self, before: Timestamp) -> Result<u64, StoreError> {
        query("purging socket tokens", async {
            write!(&self.db, pool => sqlx::query("DELETE FROM used_socket_tokens WHERE expires_at < $1")
                .bind(before)
                .execute(pool)
                .await
                .map(|done| done.rows_affected()))
        })
        .await
    }
}
