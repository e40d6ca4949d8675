//! Members of rooms.

use crate::{
    Join, Member, Nickname, RoomId, Store, StoreError, Timestamp, UserId,
    db::{query, read, transaction},
};

/// The outcome of an attempt to join.
enum Attempt {
    Joined(Nickname),
    Already,
    NoPlace,
}

impl Store {
    /// Makes a user a member of a room, unless it is full. Concurrent calls never exceed the capacity.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such room or user; the database.
    pub async fn join(&self, room: RoomId, user: UserId, now: Timestamp) -> Result<Join, StoreError> {
        // Opening a room's page joins, so most users are already members: this check needs no lock.
        if self.is_member(room, user).await? {
            return Ok(Join::Already);
        }
        match query("joining a room", self.try_join(room, user, now)).await? {
            Attempt::Joined(nickname) => Ok(Join::New(Member { user_id: user, nickname, joined_at: now, online: false })),
            Attempt::Already => Ok(Join::Already),
            Attempt::NoPlace => self.why_no_place(room, user).await,
        }
    }

    /// Updates the room's row first: it stays locked against other joins, leaves and messages.
    async fn try_join(&self, room: RoomId, user: UserId, now: Timestamp) -> sqlx::Result<Attempt> {
        transaction!(&self.db, tx => {
            let counted = sqlx::query("UPDATE rooms SET member_count = member_count + 1 WHERE id = $1 AND member_count < capacity")
                .bind(room)
                .execute(&mut *tx)
                .await?;
            if counted.rows_affected() == 0 {
                tx.rollback().await?;
                return Ok(Attempt::NoPlace);
            }
            let added = sqlx::query("INSERT INTO members (room_id, user_id, joined_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                .bind(room)
                .bind(user)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            if added.rows_affected() == 0 {
                tx.rollback().await?;
                return Ok(Attempt::Already);
            }
            let nickname =
                sqlx::query_scalar("SELECT nickname FROM users WHERE id = $1").bind(user).fetch_one(&mut *tx).await?;
            tx.commit().await?;
            Ok(Attempt::Joined(nickname))
        })
    }

    async fn why_no_place(&self, room: RoomId, user: UserId) -> Result<Join, StoreError> {
        // The same user may have taken the last place from another tab.
        if self.is_member(room, user).await? {
            return Ok(Join::Already);
        }
        match self.room_by_id(room).await? {
            Some(_) => Ok(Join::Full),
            None => Err(StoreError::conflict(format!("joining room {room}: there is no such room"))),
        }
    }

    /// Ends a membership with its presence in the room. Returns false if there was none.
    ///
    /// # Errors
    /// The database.
    pub async fn leave(&self, room: RoomId, user: UserId) -> Result<bool, StoreError> {
        query("leaving a room", async {
            transaction!(&self.db, tx => {
                // Locks the room before the member, as joining does: the same order everywhere prevents deadlocks.
                sqlx::query("UPDATE rooms SET member_count = member_count - 1 WHERE id = $1 AND member_count > 0")
                    .bind(room)
                    .execute(&mut *tx)
                    .await?;
                let removed = sqlx::query("DELETE FROM members WHERE room_id = $1 AND user_id = $2")
                    .bind(room)
                    .bind(user)
                    .execute(&mut *tx)
                    .await?;
                if removed.rows_affected() == 0 {
                    tx.rollback().await?;
                    return Ok(false);
                }
                tx.commit().await?;
                Ok(true)
            })
        })
        .await
    }

    /// Whether a user is a member of a room.
    ///
    /// # Errors
    /// The database.
    pub async fn is_member(&self, room: RoomId, user: UserId) -> Result<bool, StoreError> {
        query("looking up a member", async {
            read!(&self.db, pool => sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM members WHERE room_id = $1 AND user_id = $2)",
            )
            .bind(room)
            .bind(user)
            .fetch_one(pool)
            .await)
        })
        .await
    }

    /// The members of a room, longest membership first.
    ///
    /// # Errors
    /// The database.
    pub async fn members(&self, room: RoomId) -> Result<Vec<Member>, StoreError> {
        query("listing members", async {
            read!(&self.db, pool => sqlx::query_as(
                "SELECT m.user_id, u.nickname, m.joined_at,
                     EXISTS (SELECT 1 FROM presence p JOIN leases l ON l.process_id = p.process_id
                             WHERE p.room_id = m.room_id AND p.user_id = m.user_id AND l.reaped_at IS NULL) AS online
                 FROM members m JOIN users u ON u.id = m.user_id
                 WHERE m.room_id = $1 ORDER BY m.joined_at, m.user_id",
            )
            .bind(room)
            .fetch_all(pool)
            .await)
        })
        .await
    }
}
