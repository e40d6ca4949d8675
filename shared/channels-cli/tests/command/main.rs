//! Tests of the program `channels` over real Redis.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod cluster;
mod connecting;
mod doctor;
mod escape;
mod failures;
mod groups;
mod kit;
mod members;
mod rights;
mod send;
mod tail;
