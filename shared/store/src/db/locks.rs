//! Row locks: the only difference between the two databases' statements.

use sqlx::SqliteConnection;

use super::link::Link;
use crate::{GameId, RoomId, UserId};

macro_rules! member {
    () => {
        "SELECT 1 FROM members WHERE room_id = $1 AND user_id = $2"
    };
}

macro_rules! player {
    () => {
        "SELECT 1 FROM users WHERE id = $2 AND EXISTS (SELECT 1 FROM games WHERE games.id = $1)"
    };
}

/// Prevents concurrent changes of presence. On SQLite the transaction has locked the whole file, so only the results matter.
pub(crate) trait RowLocks {
    /// Locks a member of a room until the transaction ends. Returns false if there is no such member.
    async fn lock_member(&mut self, room: RoomId, user: UserId) -> sqlx::Result<bool>;

    /// Locks a user for a game until the transaction ends. Returns false if there is no such game or user.
    async fn lock_player(&mut self, game: GameId, user: UserId) -> sqlx::Result<bool>;
}

impl RowLocks for SqliteConnection {
    async fn lock_member(&mut self, room: RoomId, user: UserId) -> sqlx::Result<bool> {
        let found: Option<i64> = sqlx::query_scalar(member!()).bind(room).bind(user).fetch_optional(self).await?;
        Ok(found.is_some())
    }

    async fn lock_player(&mut self, game: GameId, user: UserId) -> sqlx::Result<bool> {
        let found: Option<i64> = sqlx::query_scalar(player!()).bind(game).bind(user).fetch_optional(self).await?;
        Ok(found.is_some())
    }
}

impl RowLocks for Link {
    async fn lock_member(&mut self, room: RoomId, user: UserId) -> sqlx::Result<bool> {
        let locking = concat!(member!(), " FOR NO KEY UPDATE");
        let found: Option<i32> = sqlx::query_scalar(locking).bind(room).bind(user).fetch_optional(self).await?;
        Ok(found.is_some())
    }

    async fn lock_player(&mut self, game: GameId, user: UserId) -> sqlx::Result<bool> {
        let locking = concat!(player!(), " FOR NO KEY UPDATE OF users");
        let found: Option<i32> = sqlx::query_scalar(locking).bind(game).bind(user).fetch_optional(self).await?;
        Ok(found.is_some())
    }
}
