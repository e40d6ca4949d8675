//! `channels` as people run it: the program itself, over real Redis.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod broken;
mod cluster;
mod doctor;
mod kit;
mod members;
mod send;
mod tail;
mod ways_in;
