#![doc = include_str!("../README.md")]

mod announce;
mod announced_watermark;
mod bots;
mod caller;
mod catalogue;
mod command;
mod commit;
mod error;
mod fair;
pub mod groups;
mod presence;
mod queries;
mod rng;
mod saved;
mod scheduler;
mod seats;
mod service;
pub mod texts;
pub mod wire;

pub use self::{
    caller::{Caller, Cursors},
    catalogue::{Catalogue, catalogue},
    command::{Command, Line},
    error::MafiaError,
    fair::{COMMANDS, SPECTATOR_LINES, SPECTATOR_LINES_OF_A_TABLE, SYNCS, SYNCS_OF_AN_ADDRESS},
    presence::{HOST_AWAY_MS, TableAnnouncer},
    queries::LISTED_GAMES,
    rng::Rng,
    scheduler::TICK_MS,
    service::{Acted, Mafia},
};
