//! Mafia, played by clients that follow a table as its page does, while programs are killed.

mod fleet;
mod follower;
mod kills;
mod soak;
