//! The rules: a scenario for each, games of chance, and who learns what.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod absence;
mod ballot;
mod chats;
mod dawn;
mod documents;
mod ends;
mod host;
mod kit;
mod leaving;
mod night;
mod random;
mod refusals;
mod secrecy;
mod setups;
mod shapes;
mod specialists;
mod talk;
mod team;
mod victory;
mod vote;
