#![doc = include_str!("../README.md")]

mod client;
mod clock;
mod connection;
pub mod cookie;
mod exit;
mod head;
mod host;
mod layer;
mod listener;
pub mod logging;
pub mod origin;
mod parts;
mod problem;
mod process;
pub mod settings;
mod signal;
mod timekeeper;
mod tls;
mod upgrade;

pub use client::ClientInfo;
pub use clock::Clock;
pub use connection::{bound_kernel_buffers, connections_per_worker};
pub use cookie::SESSION_COOKIE;
pub use exit::exit_code;
pub use head::check_head;
pub use host::is_public_name;
pub use layer::open_layer;
pub use listener::{ListenError, Listener};
pub use parts::{Parts, leave, migrate, start, start_layer};
pub use problem::{PROBLEM_JSON, problem};
pub use process::Process;
pub use settings::{Flags, Listen, Settings, SettingsErrors};
pub use signal::stop_on_signals;
pub use upgrade::asks_for_socket;
