//! The rows that the store returns.

use sqlx::FromRow;
use uuid::Uuid;

use crate::{Nickname, RoomCode, RoomId, RoomName, SessionId, UserId};

/// Unix time in milliseconds.
pub type Timestamp = i64;

/// A user who has signed in.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct User {
    /// Never changes.
    pub id: UserId,
    /// The current name.
    pub nickname: Nickname,
    /// The time of the first sign-in.
    pub created_at: Timestamp,
}

/// A valid session of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Identifies the session to other processes; not a secret.
    pub id: SessionId,
    /// The signed-in user.
    pub user: User,
    /// The end of its validity.
    pub expires_at: Timestamp,
}

/// A room in a list.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RoomSummary {
    /// Never changes.
    pub id: RoomId,
    /// The code to share.
    pub code: RoomCode,
    /// The name.
    pub name: RoomName,
    /// The maximum number of members.
    #[sqlx(try_from = "i64")]
    pub capacity: u16,
    /// The number of members.
    #[sqlx(try_from = "i64")]
    pub members: u32,
    /// The number of members with an open socket to the room.
    #[sqlx(try_from = "i64")]
    pub online: u32,
    /// The time of creation.
    pub created_at: Timestamp,
    /// The time of the last message, or of creation.
    pub active_at: Timestamp,
    /// The `seq` of the newest message; 0 if there is none.
    pub last_seq: i64,
}

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Member {
    /// The user.
    pub user_id: UserId,
    /// The current name.
    pub nickname: Nickname,
    /// The time of joining.
    pub joined_at: Timestamp,
    /// Whether the member has an open socket to the room, in any living process.
    pub online: bool,
}

/// A message in a room.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Message {
    /// 1, 2, 3, … in each room, without gaps.
    pub seq: i64,
    /// The sender.
    pub user_id: UserId,
    /// The sender's current name, not the one at that time.
    pub nickname: Nickname,
    /// The text.
    pub body: String,
    /// The time of sending.
    pub at: Timestamp,
    /// The id that the sender's client chose, if any.
    pub client_id: Option<Uuid>,
}

/// The outcome of joining a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Join {
    /// The user is a new member.
    New(Member),
    /// The user was a member already.
    Already,
    /// The room is full.
    Full,
}

/// The outcome of adding a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The message as it is stored.
    pub message: Message,
    /// The message was stored before under the same client id.
    pub duplicate: bool,
}

/// A part of a room's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The newest messages.
    Newest,
    /// The first messages with a greater `seq`.
    After(i64),
    /// The last messages with a smaller `seq`.
    Before(i64),
}
