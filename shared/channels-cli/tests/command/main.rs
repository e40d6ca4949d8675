//! `channels` as people run it: the program itself, over real Redis.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod broken;
mod cluster;
mod doctor;
mod groups;
mod kit;
mod members;
mod rights;
mod send;
mod shown;
mod tail;
mod ways_in;
