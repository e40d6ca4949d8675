#![doc = include_str!("../README.md")]

mod args;
mod asker;
mod connection;
mod connections;
mod crowd;
mod fields;
mod frame;
mod handlers;
mod housekeeping;
mod limits;
mod middleware;
pub mod pages;
mod pipeline;
mod problem;
mod request;
mod routes;
mod server;
mod session;
mod state;
mod throttle;

pub use args::Args;
pub use housekeeping::housekeeping;
pub use limits::{KEEP_ALIVE, REQUEST_HEAD};
pub use routes::configure;
pub use server::{Options, run};
pub use state::AppState;
