//! What the scenarios are told with.

mod moves;
mod table;

pub(crate) use self::{
    moves::{abstain, accuse, add_bot, ballot, investigate, kick, line, point, probe, protect, report, say, set_up, sleep},
    table::{Table, person},
};
