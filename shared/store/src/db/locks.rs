//! Row locks: the one thing that the two databases do differently.

use sqlx::SqliteConnection;

use super::link::Link;
use crate::{ProcessId, RoomId, UserId};

/// Keeps others from changing who is online where. On SQLite the transaction already has the whole file, so that only the
/// answer is of use.
pub(crate) trait RowLocks {
    /// Locks one member of a room until the transaction ends. False where there is no such member.
    async fn lock_member(&mut self, room: RoomId, user: UserId) -> sqlx::Result<bool>;

    /// Locks, in one order for everybody, all who are present through a process.
    async fn lock_people_of(&mut self, process: ProcessId) -> sqlx::Result<()>;

    /// SQL that ends a `SELECT`: its rows stay until the transaction ends.
    fn keep_rows(&self) -> &'static str;
}

impl RowLocks for SqliteConnection {
    async fn lock_member(&mut self, room: RoomId, user: UserId) -> sqlx::Result<bool> {
        let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM members WHERE room_id = $1 AND user_id = $2")
            .bind(room)
            .bind(user)
            .fetch_optional(self)
            .await?;
        Ok(found.is_some())
    }

    async fn lock_people_of(&mut self, _: ProcessId) -> sqlx::Result<()> {
        Ok(())
    }

    fn keep_rows(&self) -> &'static str {
        ""
    }
}

impl RowLocks for Link {
    async fn lock_member(&mut self, room: RoomId, user: UserId) -> sqlx::Result<bool> {
        let found: Option<i32> =
            sqlx::query_scalar("SELECT 1 FROM members WHERE room_id = $1 AND user_id = $2 FOR NO KEY UPDATE")
                .bind(room)
                .bind(user)
                .fetch_optional(self)
                .await?;
        Ok(found.is_some())
    }

    async fn lock_people_of(&mut self, process: ProcessId) -> sqlx::Result<()> {
        sqlx::query(
            "SELECT 1 FROM members JOIN presence USING (room_id, user_id) WHERE presence.process_id = $1
             ORDER BY room_id, user_id FOR NO KEY UPDATE OF members",
        )
        .bind(process)
        .execute(self)
        .await?;
        Ok(())
    }

    fn keep_rows(&self) -> &'static str {
        " FOR KEY SHARE"
    }
}
