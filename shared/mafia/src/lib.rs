#![doc = include_str!("../README.md")]

mod announce;
mod bots;
mod chance;
mod clockwork;
mod commit;
mod error;
pub mod groups;
mod look;
mod marks;
mod person;
mod saved;
mod service;
mod sockets;
pub mod wire;

pub use self::{
    chance::Chance,
    clockwork::TICK_MS,
    error::MafiaError,
    look::LISTED_GAMES,
    person::{Cursors, Person},
    service::{Acted, Mafia},
    sockets::{Connected, Connections, HOST_AWAY_MS},
};
