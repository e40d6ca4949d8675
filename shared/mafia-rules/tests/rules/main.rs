//! The rules: a scenario for each rule, random games, and secrecy.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod absence;
mod after_the_end;
mod ballot;
mod chats;
mod dawn;
mod documents;
mod json;
mod kit;
mod leaving;
mod lobby;
mod night;
mod random;
mod refusals;
mod secrecy;
mod setups;
mod specialists;
mod talk;
mod team;
mod victory;
mod vote;
