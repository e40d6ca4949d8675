//! Our layers and a live `channels_redis` share a Redis. Messages of either side arrive at the other, in both dialects.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]
#![expect(clippy::print_stdout, reason = "figures for runs with --nocapture")]

mod capacity;
mod combinations;
mod direct;
mod expiry;
mod fleet;
mod flush;
mod general;
mod groups;
mod in_flight;
mod keys;
mod log;
mod undecodable;
mod upstream;
mod values;
