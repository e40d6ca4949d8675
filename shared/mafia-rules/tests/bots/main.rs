//! Bots play whole games by the real rules, seeing nothing but their views and what was told to everybody.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod chance;
mod fairness;
mod legality;
mod sense;
mod table;
mod with_people;
mod words;
