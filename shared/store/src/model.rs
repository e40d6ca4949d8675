//! What the store gives back.

use sqlx::FromRow;
use uuid::Uuid;

use crate::{Nickname, RoomCode, RoomId, RoomName, SessionId, UserId};

/// Unix time in milliseconds.
pub type Timestamp = i64;

/// A person who has signed in.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct User {
    /// Stays the same for ever.
    pub id: UserId,
    /// What they are called now.
    pub nickname: Nickname,
    /// When they first signed in.
    pub created_at: Timestamp,
}

/// A user's sign-in that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names the session to other processes; not a secret.
    pub id: SessionId,
    /// Who is signed in.
    pub user: User,
    /// From when on it is no longer in force.
    pub expires_at: Timestamp,
}

/// A room, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RoomSummary {
    /// Stays the same for ever.
    pub id: RoomId,
    /// What people share.
    pub code: RoomCode,
    /// What it is called.
    pub name: RoomName,
    /// How many members it can have.
    #[sqlx(try_from = "i64")]
    pub capacity: u16,
    /// How many members it has.
    #[sqlx(try_from = "i64")]
    pub members: u32,
    /// How many of the members have a socket to it open.
    #[sqlx(try_from = "i64")]
    pub online: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something was last said, or it was made.
    pub active_at: Timestamp,
    /// The `seq` of its newest message; 0 where there is none.
    pub last_seq: i64,
}

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// What they are called now.
    pub nickname: Nickname,
    /// When they became a member.
    pub joined_at: Timestamp,
    /// Has a socket to the room open, in any living process.
    pub online: bool,
}

/// Something said in a room.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Message {
    /// 1, 2, 3, … in each room, without holes.
    pub seq: i64,
    /// Who said it.
    pub user_id: UserId,
    /// What they are called now; not what they were called then.
    pub nickname: Nickname,
    /// What was said.
    pub body: String,
    /// When.
    pub at: Timestamp,
    /// The id that the sender's client gave it, if it did.
    pub client_id: Option<Uuid>,
}

/// What came of an attempt to join a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Join {
    /// A member from now on.
    New(Member),
    /// Was one before.
    Already,
    /// The room has as many members as it can have.
    Full,
}

/// What came of an attempt to say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The message as it is stored.
    pub message: Message,
    /// It was stored before, under the same client id.
    pub duplicate: bool,
}

/// Which part of a room's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The last ones.
    Newest,
    /// The first ones whose `seq` is greater than this.
    After(i64),
    /// The last ones whose `seq` is less than this.
    Before(i64),
}
