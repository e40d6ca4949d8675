//! Users.

use crate::{
    Nickname, RoomCode, RoomId, Store, StoreError, Timestamp, User, UserId,
    db::{query, read, write},
};

impl Store {
    /// Creates a user.
    ///
    /// # Errors
    /// The database.
    pub async fn create_user(&self, nickname: &Nickname, now: Timestamp) -> Result<User, StoreError> {
        let user = User { id: UserId::random(), nickname: nickname.clone(), created_at: now };
        query("creating a user", async {
            write!(&self.db, pool => sqlx::query("INSERT INTO users (id, nickname, created_at) VALUES ($1, $2, $3)")
                .bind(user.id)
                .bind(nickname)
                .bind(now)
                .execute(pool)
                .await
                .map(drop))
        })
        .await?;
        Ok(user)
    }

    /// Returns the user with this id.
    ///
    /// # Errors
    /// The database.
    pub async fn user_by_id(&self, user: UserId) -> Result<Option<User>, StoreError> {
        query("looking up a user", async {
            read!(&self.db, pool => sqlx::query_as("SELECT id, nickname, created_at FROM users WHERE id = $1")
                .bind(user)
                .fetch_optional(pool)
                .await)
        })
        .await
    }

    /// Renames a user, also on old messages.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such user; the database.
    pub async fn rename_user(&self, user: UserId, nickname: &Nickname) -> Result<(), StoreError> {
        let renamed = query("renaming a user", async {
            write!(&self.db, pool => sqlx::query("UPDATE users SET nickname = $2 WHERE id = $1")
                .bind(user)
                .bind(nickname)
                .execute(pool)
                .await
                .map(|done| done.rows_affected()))
        })
        .await?;
        if renamed == 0 { Err(StoreError::conflict(format!("renaming user {user}: there is no such user"))) } else { Ok(()) }
    }

    /// The rooms of a user, longest membership first.
    ///
    /// # Errors
    /// The database.
    pub async fn rooms_of(&self, user: UserId) -> Result<Vec<(RoomId, RoomCode)>, StoreError> {
        query("listing a user's rooms", async {
            read!(&self.db, pool => sqlx::query_as(
                "SELECT r.id, r.code FROM members m JOIN rooms r ON r.id = m.room_id
                 WHERE m.user_id = $1 ORDER BY m.joined_at, r.id",
            )
            .bind(user)
            .fetch_all(pool)
            .await)
        })
        .await
    }
}
