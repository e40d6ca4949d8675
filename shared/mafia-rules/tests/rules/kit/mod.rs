//! The helpers of the scenarios.

mod moves;
mod seed;
mod table;

pub(crate) use self::{
    moves::{
        abstain, accuse, add_bot, ballot, done, found, investigate, kick, line, point, probe, protect, report, say, set_up, sleep,
    },
    seed::Seed,
    table::{Table, person},
};
