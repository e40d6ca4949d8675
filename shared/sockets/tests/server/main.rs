//! The guarantees of every socket, tested with consumers of no application.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod admission;
mod broken;
#[path = "../../examples/chat.rs"]
#[expect(dead_code, reason = "its main is the example's")]
mod chat;
mod client;
mod conformance;
mod desk;
mod drain;
mod fan_out;
mod handshake;
mod health;
mod heartbeat;
mod own_users;
mod panics;
mod probe;
mod server;
mod sessions;
mod slow;
mod typed_paths;
