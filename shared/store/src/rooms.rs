//! Rooms.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{FromRow, QueryBuilder};

use crate::{
    Member, Nickname, RoomCode, RoomId, RoomName, RoomSummary, Store, StoreError, Timestamp, UserId,
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

/// The columns of a room without the number of its online members.
macro_rules! bare {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.code, r.name, r.capacity, r.member_count AS members, r.created_at, r.active_at, r.last_seq",
            $rest
        )
    };
}

/// The maximum number of rooms in one query: databases limit the parameters.
const ROOMS_AT_ONCE: usize = 500;

/// A room without the number of its online members.
#[derive(FromRow)]
struct BareRow {
    id: RoomId,
    code: RoomCode,
    name: RoomName,
    #[sqlx(try_from = "i64")]
    capacity: u16,
    #[sqlx(try_from = "i64")]
    members: u32,
    created_at: Timestamp,
    active_at: Timestamp,
    last_seq: i64,
}

impl BareRow {
    fn with_online(self, online: usize) -> RoomSummary {
        let Self { id, code, name, capacity, members, created_at, active_at, last_seq } = self;
        let online = u32::try_from(online).unwrap_or(u32::MAX);
        RoomSummary { id, code, name, capacity, members, online, created_at, active_at, last_seq }
    }
}

/// A room and one of its members, if it has any.
#[derive(FromRow)]
struct MemberRow {
    #[sqlx(flatten)]
    room: BareRow,
    user_id: Option<UserId>,
    nickname: Option<Nickname>,
    joined_at: Option<Timestamp>,
    is_online: bool,
}

/// A room and one of its online users, if it has any.
#[derive(FromRow)]
struct OnlineRow {
    #[sqlx(flatten)]
    room: BareRow,
    user_id: Option<UserId>,
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

    /// Returns the room with this code, and its members, longest membership first: one query.
    ///
    /// # Errors
    /// The database.
    pub async fn room_with_members(&self, code: &RoomCode) -> Result<Option<(RoomSummary, Vec<Member>)>, StoreError> {
        let rows: Vec<MemberRow> = query("reading a room and its members", async {
            read!(&self.db, pool => sqlx::query_as(bare!(
                ", m.user_id, u.nickname, m.joined_at,
                   EXISTS (SELECT 1 FROM presence p JOIN leases l ON l.process_id = p.process_id
                           WHERE p.room_id = m.room_id AND p.user_id = m.user_id AND l.reaped_at IS NULL) AS is_online
                 FROM rooms r LEFT JOIN members m ON m.room_id = r.id LEFT JOIN users u ON u.id = m.user_id
                 WHERE r.code = $1 ORDER BY m.joined_at, m.user_id"
            ))
            .bind(code)
            .fetch_all(pool)
            .await)
        })
        .await?;
        let (mut room, mut members) = (None, Vec::new());
        for MemberRow { room: row, user_id, nickname, joined_at, is_online } in rows {
            room.get_or_insert(row);
            if let (Some(user_id), Some(nickname), Some(joined_at)) = (user_id, nickname, joined_at) {
                members.push(Member { user_id, nickname, joined_at, online: is_online });
            }
        }
        let online = members.iter().filter(|member| member.online).count();
        Ok(room.map(|room| (room.with_online(online), members)))
    }

    /// Returns these rooms, each with the users who are online in it; one query for every 500 rooms.
    ///
    /// # Errors
    /// The database.
    pub async fn rooms_online(&self, rooms: &[RoomId]) -> Result<Vec<(RoomSummary, Vec<UserId>)>, StoreError> {
        let mut found: BTreeMap<RoomId, (BareRow, BTreeSet<UserId>)> = BTreeMap::new();
        for chunk in rooms.chunks(ROOMS_AT_ONCE) {
            for OnlineRow { room, user_id } in query("reading the users of rooms", self.online_among(chunk)).await? {
                found.entry(room.id).or_insert_with(|| (room, BTreeSet::new())).1.extend(user_id);
            }
        }
        Ok(found.into_values().map(|(room, users)| (room.with_online(users.len()), users.into_iter().collect())).collect())
    }

    async fn online_among(&self, rooms: &[RoomId]) -> sqlx::Result<Vec<OnlineRow>> {
        read!(&self.db, pool => {
            let mut question = QueryBuilder::new(bare!(
                ", p.user_id FROM rooms r LEFT JOIN (presence p JOIN leases l ON l.process_id = p.process_id AND l.reaped_at IS NULL)
                 ON p.room_id = r.id WHERE r.id IN ("
            ));
            let mut ids = question.separated(", ");
            for room in rooms {
                ids.push_bind(*room);
            }
            // Not cached: each number of ids is a separate statement, which would evict the frequent ones.
            question.push(")").build_query_as().persistent(rooms.len() == 1).fetch_all(pool).await
        })
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
