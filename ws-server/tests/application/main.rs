//! The application's consumers, driven by the test kit on a real database.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

mod game;
mod house;
mod lobby;
mod room;
