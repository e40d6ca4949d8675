//! The application's consumers, one file each.

mod lobby;
mod room;

pub use self::{lobby::Lobby, room::Room};

/// What these sockets speak, where the client asks for it by name.
const SUBPROTOCOL: &str = "catamaran.v1";
