//! `/api/v1/games` and `/api/v1/players`

pub(crate) mod kit;

/// The same checker reads what sockets get.
#[path = "../../../../ws-server/tests/application/game/leaks.rs"]
mod leaks;
mod over;
mod play;
mod seats;
mod secrecy;
mod tables;
mod whole;
