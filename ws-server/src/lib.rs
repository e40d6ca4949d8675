#![doc = include_str!("../README.md")]

mod app;
pub mod consumers;
mod reconnect;
mod sessions;

pub use self::{
    app::Application,
    reconnect::{CountedSocket, SocketCount},
    sessions::{Identity, StoredSessions, TOKEN_REFUSED},
};
