//! The server as clients see it. Files are named after resources, pages and middleware.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod socket_tokens;
mod support;

mod assets;
mod connections;
mod database;
mod drain;
mod forms;
mod games;
mod guards;
mod mafia_pages;
mod membership;
mod messages;
mod openapi;
mod pages;
mod program;
mod readiness;
mod rooms;
mod schemathesis;
mod server;
mod session;
mod texts;
