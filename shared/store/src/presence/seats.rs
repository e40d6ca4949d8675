//! People coming and going through a process. A process counts its own sockets: for the store a person is in a room through
//! a process, or is not.

use sqlx::QueryBuilder;

use super::{ONLY_THROUGH, holds};
use crate::{
    ProcessId, RoomId, Store, StoreError, Timestamp, UserId,
    db::{RowLocks, ask, read, transaction},
};

/// How many people one statement names: databases limit the parameters of a statement.
const PEOPLE_AT_ONCE: usize = 250;

/// SQL: whether the user `$3` is online in the room `$2` at the time `$1`.
const IS_ONLINE: &str = concat!(
    "SELECT EXISTS (SELECT 1 FROM presence p JOIN leases l ON l.process_id = p.process_id
     WHERE p.room_id = $2 AND p.user_id = $3 AND",
    holds!(),
    ")"
);

macro_rules! is_online {
    ($tx:ident, $room:expr, $user:expr, $now:expr) => {
        sqlx::query_scalar::<_, bool>(IS_ONLINE).bind($now).bind($room).bind($user).fetch_one(&mut *$tx).await?
    };
}

impl Store {
    /// A person is in a room through a process that holds a lease. True: they are online by it, and were not before. False also
    /// for one who is not a member (any more).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the process never took a lease; the database.
    pub async fn enter(&self, room: RoomId, user: UserId, process: ProcessId, now: Timestamp) -> Result<bool, StoreError> {
        ask("entering a room", async {
            transaction!(&self.db, tx => {
                if !RowLocks::lock_member(&mut *tx, room, user).await? {
                    tx.rollback().await?;
                    return Ok(false);
                }
                let before = is_online!(tx, room, user, now);
                sqlx::query("INSERT INTO presence (room_id, user_id, process_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                    .bind(room)
                    .bind(user)
                    .bind(process)
                    .execute(&mut *tx)
                    .await?;
                let after = is_online!(tx, room, user, now);
                tx.commit().await?;
                Ok(after && !before)
            })
        })
        .await
    }

    /// A person is no longer in a room through a process. True: they are offline by it. False where they were not there, or
    /// are still online through another process.
    ///
    /// # Errors
    /// The database.
    pub async fn exit(&self, room: RoomId, user: UserId, process: ProcessId, now: Timestamp) -> Result<bool, StoreError> {
        ask("exiting a room", async {
            transaction!(&self.db, tx => {
                RowLocks::lock_member(&mut *tx, room, user).await?;
                let removed = sqlx::query("DELETE FROM presence WHERE room_id = $1 AND user_id = $2 AND process_id = $3")
                    .bind(room)
                    .bind(user)
                    .bind(process)
                    .execute(&mut *tx)
                    .await?;
                let online = is_online!(tx, room, user, now);
                tx.commit().await?;
                Ok(removed.rows_affected() == 1 && !online)
            })
        })
        .await
    }

    /// All people of a process at once, after it lost its lease and took another. Those who are not members (any more) are
    /// passed over. Who is online through this process and no other: after a loss, those who came back by it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the process never took a lease; the database. Some may have entered; it may be done again.
    pub async fn enter_all(
        &self,
        process: ProcessId,
        people: &[(RoomId, UserId)],
        now: Timestamp,
    ) -> Result<Vec<(RoomId, UserId)>, StoreError> {
        for chunk in people.chunks(PEOPLE_AT_ONCE) {
            ask("entering rooms", self.enter_chunk(process, chunk)).await?;
        }
        ask("listing who is online through a process", async {
            read!(&self.db, pool => sqlx::query_as(ONLY_THROUGH).bind(now).bind(process).fetch_all(pool).await)
        })
        .await
    }

    async fn enter_chunk(&self, process: ProcessId, people: &[(RoomId, UserId)]) -> sqlx::Result<()> {
        transaction!(&self.db, tx => {
            let mut question = QueryBuilder::new("INSERT INTO presence (room_id, user_id, process_id) SELECT room_id, user_id, ");
            question.push_bind(process).push(" FROM members WHERE (room_id, user_id) IN (");
            question.push_values(people, |mut row, (room, user)| {
                row.push_bind(*room).push_bind(*user);
            });
            // A member who leaves at this very moment would otherwise fail the whole statement.
            question.push(")").push(tx.keep_rows()).push(" ON CONFLICT DO NOTHING");
            // Each number of people is another text: kept, they would push the statements in daily use out of the cache.
            question.build().persistent(false).execute(&mut *tx).await?;
            tx.commit().await
        })
    }
}
