//! Rooms.

use crate::{
    RoomCode, RoomId, RoomName, RoomSummary, Store, StoreError, Timestamp, UserId,
    db::{query, read, transaction},
};

/// Selects rooms for lists; the rest of the statement follows. Only members are online: leaving deletes the presence.
macro_rules! summaries {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.code, r.name, r.capacity, r.member_count AS members,
                 (SELECT COUNT(DISTINCT p.user_id) FROM presence p JOIN leases l ON l.process_id = p.process_id
                  WHERE p.room_id = r.id AND l.reaped_at IS NULL) AS online,
                 r.created_at, r.active_at, r.last_seq
             FROM rooms r ",
            $rest
        )
    };
}

impl Store {
    /// Creates a room with `owner` as its first member.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the code is taken (try another one) or there is no such user; the database.
    pub async fn create_room(
        &self,
        owner: UserId,
        name: &RoomName,
        capacity: u16,
        code: RoomCode,
        now: Timestamp,
    ) -> Result<RoomSummary, StoreError> {
        let id = RoomId::random();
        query("creating a room", async {
            transaction!(&self.db, tx => {
                sqlx::query(
                    "INSERT INTO rooms (id, code, name, capacity, member_count, created_at, active_at)
                     VALUES ($1, $2, $3, $4, 1, $5, $5)",
                )
                .bind(id)
                .bind(&code)
                .bind(name)
                .bind(i64::from(capacity))
                .bind(now)
                .execute(&mut *tx)
                .await?;
                sqlx::query("INSERT INTO members (room_id, user_id, joined_at) VALUES ($1, $2, $3)")
                    .bind(id)
                    .bind(owner)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await
            })
        })
        .await?;
        let name = name.clone();
        Ok(RoomSummary { id, code, name, capacity, members: 1, online: 0, created_at: now, active_at: now, last_seq: 0 })
    }

    /// Returns the room with this code.
    ///
    /// # Errors
    /// The database.
    pub async fn room_by_code(&self, code: &RoomCode) -> Result<Option<RoomSummary>, StoreError> {
        query("looking up a room by its code", async {
            read!(&self.db, pool => sqlx::query_as(summaries!("WHERE r.code = $1"))
                .bind(code)
                .fetch_optional(pool)
                .await)
        })
        .await
    }

    /// Returns the room with this id.
    ///
    /// # Errors
    /// The database.
    pub async fn room_by_id(&self, room: RoomId) -> Result<Option<RoomSummary>, StoreError> {
        query("looking up a room", async {
            read!(&self.db, pool => sqlx::query_as(summaries!("WHERE r.id = $1"))
                .bind(room)
                .fetch_optional(pool)
                .await)
        })
        .await
    }

    /// Rooms, newest activity first, at most `limit`.
    ///
    /// # Errors
    /// The database.
    pub async fn list_rooms(&self, limit: u32) -> Result<Vec<RoomSummary>, StoreError> {
        query("listing rooms", async {
            read!(&self.db, pool => sqlx::query_as(summaries!("ORDER BY r.active_at DESC, r.id DESC LIMIT $1"))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await)
        })
        .await
    }
}
