//! Row locks: the one thing that the two databases do differently.

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

/// Keeps others from changing who is online where. On SQLite the transaction already has the whole file, so that only the answers are of use.
pub(crate) trait RowLocks {
    /// Locks one member of a room until the transaction ends. False where there is no such member.
    async fn lock_member(&mut self, room: RoomId, user: UserId) -> sqlx::Result<bool>;

    /// Locks one user for a game until the transaction ends. False where there is no such game or user.
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
