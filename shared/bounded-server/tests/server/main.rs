//! The bounds of a connection, over real sockets. Bounds are short here, so that no test waits for long.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod answers;
mod bodies;
mod client;
mod crowd;
mod drain;
mod heads;
mod hosts;
mod pipelines;
mod refusals;
mod server;
mod sockets;
