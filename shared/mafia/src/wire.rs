//! The JSON of games for clients, and the messages between processes. The shapes are a promise, so they are separate from the store's.
//! `docs/protocol.md` describes them.

use mafia_rules::{Event, MyView, PublicView, Role, SeatNo, Step};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder,
        schema::{Object, Type},
    },
};
use uuid::Uuid;

/// A table in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Card {
    /// Six characters, to share.
    pub code: String,
    /// The table's name.
    pub name: String,
    /// The host's name; empty if there is no host.
    pub host: String,
    /// `lobby`, `playing` or `over`.
    pub phase: String,
    /// The number of taken seats.
    pub seated: u32,
    /// Whether users without a seat may watch.
    pub spectators: bool,
    /// Unix milliseconds.
    pub created_at: i64,
    /// The last change. During the game the creation time, since the last change would show when players act at night. Unix milliseconds.
    pub changed_at: i64,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Table {
    /// Opaque and stable.
    pub id: String,
    /// Six characters, to share.
    pub code: String,
    /// The table's name.
    pub name: String,
}

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Me {
    /// The user's id; `None` for a guest.
    pub user: Option<String>,
    /// The user's seat.
    pub seat: Option<SeatNo>,
}

/// The part of a game that the caller may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Snapshot {
    /// The table.
    pub game: Table,
    /// The caller.
    pub me: Me,
    /// The public view.
    #[schema(value_type = Object)]
    pub public: PublicView,
    /// The newest update of the public stream.
    pub seq: i64,
    /// The player's own view; `None` before the start and without a seat.
    #[schema(value_type = Option<Object>)]
    pub you: Option<MyView>,
    /// The newest update of the player's own stream.
    pub my_seq: i64,
    /// The newest update of the spectators' stream; `None` for a player.
    pub spectator_seq: Option<i64>,
    /// The ids of the connected players.
    pub online: Vec<String>,
    /// The server's time; Unix milliseconds.
    pub now: i64,
}

/// An update of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Update {
    /// 1, 2, 3, … in each stream, without holes.
    pub seq: i64,
    /// The newest public update at that time: this update belongs after it.
    pub pos: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// The events; empty if only the view has changed.
    #[schema(value_type = Vec<Object>)]
    pub events: Vec<Event>,
}

/// A page of missed updates, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Missed {
    /// Of the public stream.
    pub public: Vec<Update>,
    /// Of the player's own stream.
    pub you: Vec<Update>,
    /// Of the spectators' stream.
    pub spectators: Vec<Update>,
    /// There are more updates: continue from here.
    pub more: bool,
}

/// A finished game, phase by phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Replay {
    /// The table.
    pub game: Table,
    /// From the lobby to the end.
    #[schema(value_type = Vec<Object>)]
    pub steps: Vec<Step>,
    /// The number of events that were left out, since a replay has at most 512 KiB of chat.
    pub left_out: u32,
}

/// A player's statistics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Record {
    /// The player.
    pub player: RecordPlayer,
    /// The number of finished games.
    pub games: u32,
    /// The number of won games.
    pub wins: u32,
    /// By role, for the roles that were played.
    pub roles: Vec<RoleRecord>,
    /// The newest finished tables of the player.
    pub recent: Vec<Card>,
}

/// The player of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordPlayer {
    /// Opaque and stable.
    pub id: String,
    /// The present nickname.
    pub nickname: String,
}

/// A player's statistics in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoleRecord {
    /// The role.
    #[schema(schema_with = roles)]
    pub role: String,
    /// The number of finished games.
    pub games: u32,
    /// The number of won games.
    pub wins: u32,
}

/// The schema of a role's name.
fn roles() -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Role::ALL.map(Role::as_str))).build()
}

/// The frame with the updates of one stream.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename = "game.update")]
pub(crate) struct UpdateFrame<'a> {
    /// `public`, `you` or `spectators`.
    pub(crate) stream: &'static str,
    /// The first update's number.
    pub(crate) first: i64,
    /// The last update's number.
    pub(crate) seq: i64,
    /// The updates.
    pub(crate) updates: &'a [Update],
    /// The receiver's view after the updates.
    pub(crate) view: Option<View>,
    /// The server's time.
    pub(crate) now: i64,
}

/// A receiver's view.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum View {
    /// The public view.
    Public(Box<PublicView>),
    /// A player's own view.
    Mine(Box<MyView>),
}

/// The messages between processes about games.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum GameEvent {
    /// A frame that each socket of the group sends unchanged.
    #[serde(rename = "mafia.news")]
    Update {
        /// A `game.update` in JSON.
        frame: String,
    },
    /// A player's presence changed.
    #[serde(rename = "mafia.presence")]
    Presence {
        /// The player.
        player: Uuid,
        /// Whether the player is connected.
        online: bool,
    },
    /// This player joined or left. Sent to the player's own group.
    #[serde(rename = "mafia.moved")]
    Moved,
    /// The game started at a table without spectators. Sent to the spectators' group.
    #[serde(rename = "mafia.closed")]
    Closed,
}
