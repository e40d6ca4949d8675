//! Messages. Their numbers come from the room's row, which stays locked until the commit. So readers see the numbers in order and without
//! gaps.

use uuid::Uuid;

use crate::{
    Message, MessageBody, Page, Posted, RoomId, Store, StoreError, Timestamp, UserId,
    db::{query, read, transaction},
};

/// Selects messages with their senders' names; the rest of the statement follows.
macro_rules! messages {
    ($rest:literal) => {
        concat!(
            "SELECT m.seq, m.user_id, u.nickname, m.body, m.at, m.client_id
             FROM messages m JOIN users u ON u.id = m.user_id ",
            $rest
        )
    };
}

impl Store {
    /// Adds a message to a room. Returns `None` if the user is not a member. A repeated `client_id` of the same user in the same room
    /// returns the stored message, whatever the new body is.
    ///
    /// # Errors
    /// The database. After an uncertain failure, send the message again with the same `client_id`.
    pub async fn append(
        &self,
        room: RoomId,
        user: UserId,
        body: &MessageBody,
        client_id: Option<Uuid>,
        now: Timestamp,
    ) -> Result<Option<Posted>, StoreError> {
        if let Some(message) = query("adding a message", self.insert(room, user, body, client_id, now)).await? {
            return Ok(Some(Posted { message, duplicate: false }));
        }
        let Some(client_id) = client_id else { return Ok(None) };
        let stored = query("looking up a message", self.sent_before(room, user, client_id)).await?;
        Ok(stored.map(|message| Posted { message, duplicate: true }))
    }

    /// Returns `None` for a non-member or a repetition.
    async fn insert(
        &self,
        room: RoomId,
        user: UserId,
        body: &MessageBody,
        client_id: Option<Uuid>,
        now: Timestamp,
    ) -> sqlx::Result<Option<Message>> {
        transaction!(&self.db, tx => {
            // `active_at` never goes back, since the clocks of processes differ.
            let seq: Option<i64> = sqlx::query_scalar(
                "UPDATE rooms SET last_seq = last_seq + 1, active_at = CASE WHEN active_at < $2 THEN $2 ELSE active_at END
                 WHERE id = $1 RETURNING last_seq",
            )
            .bind(room)
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?;
            let added = sqlx::query(
                "INSERT INTO messages (room_id, seq, user_id, body, at, client_id)
                 SELECT room_id, $3, user_id, $4, $5, $6 FROM members WHERE room_id = $1 AND user_id = $2
                 ON CONFLICT (room_id, user_id, client_id) WHERE client_id IS NOT NULL DO NOTHING",
            )
            .bind(room)
            .bind(user)
            .bind(seq)
            .bind(body)
            .bind(now)
            .bind(client_id)
            .execute(&mut *tx)
            .await?;
            if added.rows_affected() == 0 {
                tx.rollback().await?;
                return Ok(None);
            }
            let message = sqlx::query_as(messages!("WHERE m.room_id = $1 AND m.seq = $2"))
                .bind(room)
                .bind(seq)
                .fetch_one(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(Some(message))
        })
    }

    /// Only for members: a former member must not learn what is stored.
    async fn sent_before(&self, room: RoomId, user: UserId, client_id: Uuid) -> sqlx::Result<Option<Message>> {
        read!(&self.db, pool => sqlx::query_as(messages!(
            "JOIN members ON members.room_id = m.room_id AND members.user_id = m.user_id
             WHERE m.room_id = $1 AND m.user_id = $2 AND m.client_id = $3"
        ))
        .bind(room)
        .bind(user)
        .bind(client_id)
        .fetch_optional(pool)
        .await)
    }

    /// Up to `limit` messages, oldest first, and whether there are more: newer ones with [`Page::After`], otherwise older ones.
    ///
    /// # Errors
    /// The database.
    pub async fn messages(&self, room: RoomId, page: Page, limit: u32) -> Result<(Vec<Message>, bool), StoreError> {
        // One row more than `limit` shows whether there are more.
        let rows = i64::from(limit) + 1;
        let mut found = query("reading messages", async {
            match page {
                Page::Newest => self.backward(room, i64::MAX, rows).await,
                Page::Before(seq) => self.backward(room, seq, rows).await,
                Page::After(seq) => self.forward(room, seq, rows).await,
            }
        })
        .await?;
        let more = found.len() as u64 > u64::from(limit);
        if more {
            found.pop();
        }
        if !matches!(page, Page::After(_)) {
            found.reverse();
        }
        Ok((found, more))
    }

    async fn backward(&self, room: RoomId, before: i64, rows: i64) -> sqlx::Result<Vec<Message>> {
        read!(&self.db, pool => sqlx::query_as(messages!("WHERE m.room_id = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3"))
            .bind(room)
            .bind(before)
            .bind(rows)
            .fetch_all(pool)
            .await)
    }

    async fn forward(&self, room: RoomId, after: i64, rows: i64) -> sqlx::Result<Vec<Message>> {
        read!(&self.db, pool => sqlx::query_as(messages!("WHERE m.room_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3"))
            .bind(room)
            .bind(after)
            .bind(rows)
            .fetch_all(pool)
            .await)
    }
}
