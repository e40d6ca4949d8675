#![doc = include_str!("../README.md")]

mod code;
mod connections;
mod db;
mod error;
mod games;
mod ids;
mod lookups;
mod members;
mod messages;
mod model;
mod pool_size;
mod presence;
mod rooms;
mod sessions;
mod socket_tokens;
mod store;
mod text;
mod token;
mod url;
mod users;

pub use code::{NotARoomCode, RoomCode};
pub use connections::Connections;
pub use error::{Cause, StoreError};
pub use games::{Game, GameCard, GameChange, GameEvent, GamePlayer, GameUpdate, LockedGame, Postponed, RoleRecord};
pub use ids::{GameId, RoomId, SessionId, UserId};
pub use lookups::SessionLookups;
pub use model::{Join, Member, Message, Page, Posted, RoomSummary, Session, Timestamp, User};
pub use pool_size::{NotAPoolSize, PoolSize};
pub use presence::{Leases, PresenceGroup};
pub use store::Store;
pub use text::{MessageBody, Nickname, RoomName, TextFault, TextLimits};
pub use token::{NotAToken, SessionToken, TokenHash, TokenKey};
pub use url::{DatabaseUrl, DatabaseUrlFault};
