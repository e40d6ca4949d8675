//! Mafia, played by people who follow a table as its page does, while things are killed.

mod fleet;
mod follower;
mod kills;
mod soak;
