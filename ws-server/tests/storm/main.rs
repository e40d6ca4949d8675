//! The application's sessions on the tier.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]
#![allow(dead_code, reason = "the tier's own tests use the rest of these helpers")]

#[path = "../../../shared/sockets/tests/tier/client.rs"]
mod client;
#[path = "../../../shared/sockets/tests/tier/probe.rs"]
mod probe;
#[path = "../../../shared/sockets/tests/tier/server.rs"]
mod server;
mod storm;
