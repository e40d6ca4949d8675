//! Bots play whole games by the rules. They see only their views and the public events.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod decisions;
mod fairness;
mod legality;
mod phrases;
mod seed;
mod table;
mod with_people;
