//! The JSON of rooms for clients, and the messages between processes. The shapes are a promise, so they are separate from the store's.
//! `docs/protocol.md` describes them.

use accounts::UserRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A room in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomSummary {
    /// Six characters, to share.
    pub code: String,
    /// The name, chosen by its creator.
    pub name: String,
    /// The maximum number of members.
    pub capacity: u16,
    /// The number of members.
    pub members: u32,
    /// The number of online members.
    pub online: u32,
    /// Unix milliseconds.
    pub created_at: i64,
    /// The time of the last message, or of creation; Unix milliseconds.
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
    /// Whether the member has an open socket to the room, in any process.
    pub online: bool,
}

/// A message in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// 1, 2, 3, … in each room, without gaps.
    pub seq: i64,
    /// The sender.
    pub user: UserRef,
    /// The text.
    pub body: String,
    /// Unix milliseconds.
    pub at: i64,
    /// The id that the sender's client chose.
    pub client_id: Option<Uuid>,
}

/// An event of a room. Sent to the room's group, and unchanged to each of its sockets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum RoomEvent {
    /// A new message.
    #[serde(rename = "room.message")]
    Message {
        /// The message.
        message: Message,
    },
    /// A user became a member.
    #[serde(rename = "room.joined")]
    Joined {
        /// The member.
        member: Member,
    },
    /// A user ended their membership.
    #[serde(rename = "room.left")]
    Left {
        /// The user.
        user_id: String,
    },
    /// A member came online or went offline.
    #[serde(rename = "room.presence")]
    Presence {
        /// The member.
        user_id: String,
        /// Whether the member is online.
        online: bool,
    },
    /// A member has a new nickname.
    #[serde(rename = "room.renamed")]
    Renamed {
        /// The member with the new nickname.
        user: UserRef,
    },
    /// A member types or has stopped.
    #[serde(rename = "room.typing")]
    Typing {
        /// The member.
        user_id: String,
        /// Whether the member types.
        on: bool,
    },
    /// An event could not be announced: sockets must fetch the state. Clients see it as `gap`.
    #[serde(rename = "room.resync")]
    Resync,
}

/// An event of the list of rooms. Sent to the lobby's group, and unchanged to each of its sockets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum LobbyEvent {
    /// A room is new or changed.
    #[serde(rename = "lobby.room")]
    Room {
        /// The room's present state.
        room: RoomSummary,
    },
    /// A change could not be announced: sockets must fetch the list. Clients see it as `gap`.
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
