//! What the scenarios are told with.

mod chance;
mod moves;
mod table;

pub(crate) use self::{
    chance::Seed,
    moves::{
        abstain, accuse, add_bot, ballot, done, found, investigate, kick, line, point, probe, protect, report, say, set_up, sleep,
    },
    table::{Table, person},
};
