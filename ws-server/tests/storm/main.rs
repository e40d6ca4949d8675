//! Handshakes in a storm, with the application's sessions.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]
#![allow(dead_code, reason = "the tests of catamaran-sockets use the rest of these helpers")]

#[path = "../../../shared/sockets/tests/server/client.rs"]
mod client;
#[path = "../../../shared/sockets/tests/server/probe.rs"]
mod probe;
#[path = "../../../shared/sockets/tests/server/server.rs"]
mod server;
mod storm;
