//! What clients see of rooms, over HTTP and over sockets, and what processes tell each other about them: a promise, so these
//! shapes are apart from the store's. `docs/protocol.md` has them in prose.

use accounts::UserRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A room in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomSummary {
    /// Six characters, to share.
    pub code: String,
    /// What its creator called it.
    pub name: String,
    /// How many members it may have.
    pub capacity: u16,
    /// How many it has.
    pub members: u32,
    /// How many of them are online.
    pub online: u32,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When something was last said, or the room was made; Unix milliseconds.
    pub active_at: i64,
}

/// A member of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The user's id.
    pub id: String,
    /// The user's nickname.
    pub nickname: String,
    /// Unix milliseconds.
    pub joined_at: i64,
    /// Has a socket to the room open, in whatever process.
    pub online: bool,
}

/// Something that was said in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// 1, 2, 3, … in each room, without holes.
    pub seq: i64,
    /// Who said it.
    pub user: UserRef,
    /// What they said.
    pub body: String,
    /// Unix milliseconds.
    pub at: i64,
    /// The id that the sender's client gave it.
    pub client_id: Option<Uuid>,
}

/// What happens in a room. Sent to the room's group, and as it is to every socket in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum RoomEvent {
    /// Something was said.
    #[serde(rename = "room.message")]
    Message {
        /// What, by whom.
        message: Message,
    },
    /// Somebody became a member.
    #[serde(rename = "room.joined")]
    Joined {
        /// Who.
        member: Member,
    },
    /// Somebody ended being a member.
    #[serde(rename = "room.left")]
    Left {
        /// Who.
        user_id: String,
    },
    /// A member came online or went offline.
    #[serde(rename = "room.presence")]
    Presence {
        /// Who.
        user_id: String,
        /// Which of the two.
        online: bool,
    },
    /// A member has a new nickname.
    #[serde(rename = "room.renamed")]
    Renamed {
        /// Who, with the new one.
        user: UserRef,
    },
    /// A member types, or has stopped.
    #[serde(rename = "room.typing")]
    Typing {
        /// Who.
        user_id: String,
        /// Which of the two.
        on: bool,
    },
    /// Something happened that could not be announced: fetch the state. No client sees this; it sees `gap`.
    #[serde(rename = "room.resync")]
    Resync,
}

/// What happens to the list of rooms. Sent to the lobby's group, and as it is to every socket in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum LobbyEvent {
    /// A room is new or changed.
    #[serde(rename = "lobby.room")]
    Room {
        /// As it is now.
        room: RoomSummary,
    },
    /// Something changed that could not be announced: fetch the list. No client sees this; it sees `gap`.
    #[serde(rename = "lobby.resync")]
    Resync,
}

impl From<&store::RoomSummary> for RoomSummary {
    fn from(room: &store::RoomSummary) -> Self {
        Self {
            code: room.code.to_string(),
            name: room.name.to_string(),
            capacity: room.capacity,
            members: room.members,
            online: room.online,
            created_at: room.created_at,
            active_at: room.active_at,
        }
    }
}

impl From<&store::Member> for Member {
    fn from(member: &store::Member) -> Self {
        Self {
            id: member.user_id.to_string(),
            nickname: member.nickname.to_string(),
            joined_at: member.joined_at,
            online: member.online,
        }
    }
}

impl From<&store::Message> for Message {
    fn from(message: &store::Message) -> Self {
        Self {
            seq: message.seq,
            user: UserRef { id: message.user_id.to_string(), nickname: message.nickname.to_string() },
            body: message.body.clone(),
            at: message.at,
            client_id: message.client_id,
        }
    }
}
