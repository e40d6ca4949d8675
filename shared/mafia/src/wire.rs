//! What clients see of games, over HTTP and over sockets, and what processes tell each other about them: a promise, so these shapes
//! are apart from the store's. `docs/protocol.md` has them in prose.

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
    /// What it is called.
    pub name: String,
    /// What its host is called; empty where nobody is.
    pub host: String,
    /// `lobby`, `playing` or `over`.
    pub phase: String,
    /// How many seats are taken.
    pub seated: u32,
    /// May people without a seat watch?
    pub spectators: bool,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When something last happened at it; while it is played, when it was made: nobody should see when somebody acts at night. Unix
    /// milliseconds.
    pub changed_at: i64,
}

/// Which table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Table {
    /// Opaque and stable.
    pub id: String,
    /// Six characters, to share.
    pub code: String,
    /// What it is called.
    pub name: String,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Me {
    /// Their id; `None` where nobody is signed in.
    pub user: Option<String>,
    /// Where they sit.
    pub seat: Option<SeatNo>,
}

/// A game as one person may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Snapshot {
    /// Which table.
    pub game: Table,
    /// Who asks.
    pub me: Me,
    /// What everybody may see.
    #[schema(value_type = Object)]
    pub public: PublicView,
    /// The newest update of what everybody is told.
    pub seq: i64,
    /// What they alone may see; `None` before the roles are dealt, and without a seat.
    #[schema(value_type = Option<Object>)]
    pub you: Option<MyView>,
    /// The newest update of what they alone are told.
    pub my_seq: i64,
    /// The newest update of what spectators are told; `None` for who has a seat.
    pub spectator_seq: Option<i64>,
    /// The ids of those players who are connected.
    pub online: Vec<String>,
    /// The server's time; Unix milliseconds.
    pub now: i64,
}

/// What one stream was told at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Update {
    /// 1, 2, 3, … in each stream, without holes.
    pub seq: i64,
    /// The newest public update then: where this one belongs among them, behind it.
    pub pos: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// What happened; none where only the view is another one.
    #[schema(value_type = Vec<Object>)]
    pub events: Vec<Event>,
}

/// A page of what a client has missed, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Missed {
    /// Of what everybody is told.
    pub public: Vec<Update>,
    /// Of what they alone are told.
    pub you: Vec<Update>,
    /// Of what spectators are told.
    pub spectators: Vec<Update>,
    /// There is more: ask again from here.
    pub more: bool,
}

/// A finished game, phase by phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Replay {
    /// Which table.
    pub game: Table,
    /// From the lobby to the end.
    #[schema(value_type = Vec<Object>)]
    pub steps: Vec<Step>,
    /// How many events were left out, since a replay has at most 512 KiB of talk.
    pub left_out: u32,
}

/// What somebody has played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Record {
    /// Who.
    pub player: RecordPlayer,
    /// How many finished games.
    pub games: u32,
    /// How many of them were won.
    pub wins: u32,
    /// By role, as far as it was played.
    pub roles: Vec<RoleRecord>,
    /// The newest tables at which they sat and which are over.
    pub recent: Vec<Card>,
}

/// Whose record it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordPlayer {
    /// Opaque and stable.
    pub id: String,
    /// The nickname at the moment.
    pub nickname: String,
}

/// What somebody has played in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoleRecord {
    /// Which.
    #[schema(schema_with = roles)]
    pub role: String,
    /// How many finished games.
    pub games: u32,
    /// How many of them were won.
    pub wins: u32,
}

/// The name of a role.
fn roles() -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Role::ALL.map(Role::as_str))).build()
}

/// News of one stream, as clients get it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename = "game.update")]
pub(crate) struct News<'a> {
    /// `public`, `you` or `spectators`.
    pub(crate) stream: &'static str,
    /// The first of the updates.
    pub(crate) first: i64,
    /// The last of them.
    pub(crate) seq: i64,
    /// The updates.
    pub(crate) updates: &'a [Update],
    /// What the stream's reader may see after them.
    pub(crate) view: Option<View>,
    /// The server's time.
    pub(crate) now: i64,
}

/// A reader's view.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum View {
    /// What everybody may see.
    Public(Box<PublicView>),
    /// What one player alone may see.
    Mine(Box<MyView>),
}

/// What processes tell each other about games.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum GameEvent {
    /// News: a frame for every socket in the group, as it is.
    #[serde(rename = "mafia.news")]
    News {
        /// A `game.update` in JSON.
        frame: String,
    },
    /// A player came or went.
    #[serde(rename = "mafia.presence")]
    Presence {
        /// Who.
        player: Uuid,
        /// Which of the two.
        online: bool,
    },
    /// This person has sat down or stood up. To their own group.
    #[serde(rename = "mafia.moved")]
    Moved,
    /// The game began, at a table that wants no spectators. To their group.
    #[serde(rename = "mafia.closed")]
    Closed,
}
