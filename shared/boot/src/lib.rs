//! boot

mod client;
pub mod cookie;
pub mod origin;
mod process;
pub mod settings;

pub use client::ClientInfo;
pub use cookie::SESSION_COOKIE;
pub use process::Process;
pub use settings::{Flags, Listen, Settings, SettingsErrors};
