#![doc = include_str!("../README.md")]

mod client;
mod clock;
pub mod cookie;
mod exit;
mod layer;
mod listener;
pub mod logging;
pub mod origin;
mod parts;
mod process;
pub mod settings;
mod signal;
mod tls;

pub use client::ClientInfo;
pub use clock::Clock;
pub use cookie::SESSION_COOKIE;
pub use exit::exit_code;
pub use listener::{ListenError, Listener};
pub use parts::{Parts, migrate, start, start_layer};
pub use process::Process;
pub use settings::{Flags, Listen, Settings, SettingsErrors};
pub use signal::stop_on_signals;
