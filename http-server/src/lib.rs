#![doc = include_str!("../README.md")]

mod args;
mod counts;
mod housekeeping;
mod input;
mod invitation;
mod limits;
mod mafia;
mod middleware;
mod problem;
mod request;
mod rooms;
mod routes;
mod server;
mod site;
mod state;
mod throttle;
mod trace;

pub use args::{Args, HttpTask};
pub use housekeeping::housekeeping;
pub use routes::configure;
pub use server::{Options, run};
pub use state::AppState;
