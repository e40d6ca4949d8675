//! The application's consumers, one file each.

mod game;
mod lobby;
mod room;

use serde::Serialize;

pub use self::{game::Game, lobby::Lobby, room::Room};

/// The subprotocol of these sockets, for clients that offer it.
const SUBPROTOCOL: &str = "catamaran.v1";

/// The answer to a client's `ping`. A browser hides the protocol's own pings from its page. So a page uses this to notice a dead connection
/// that has no close frame.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(tag = "type", rename = "pong")]
pub struct Pong {}
