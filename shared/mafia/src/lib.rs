#![doc = include_str!("../README.md")]

mod announce;
mod bots;
mod catalogue;
mod chance;
mod clockwork;
mod command;
mod commit;
mod error;
mod fair;
pub mod groups;
mod look;
mod marks;
mod person;
mod presence;
mod saved;
mod service;
pub mod texts;
pub mod wire;

pub use self::{
    catalogue::{Catalogue, catalogue},
    chance::Chance,
    clockwork::TICK_MS,
    command::{Command, Line},
    error::MafiaError,
    fair::{COMMANDS, SPECTATOR_LINES, SPECTATOR_LINES_OF_A_TABLE, SYNCS, SYNCS_OF_AN_ADDRESS},
    look::LISTED_GAMES,
    person::{Cursors, Person},
    presence::{HOST_AWAY_MS, TableAnnouncer},
    service::{Acted, Mafia},
};
