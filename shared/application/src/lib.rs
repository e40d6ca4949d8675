#![doc = include_str!("../README.md")]

mod clock;
mod cookie_domain;
mod database;
mod deploy_check;
mod fleet;
mod metrics;
mod parts;
mod platform;
mod programs;
mod secret;
mod settings;
mod sockets_host;
mod timekeeper;
mod ws_url;

pub use clock::Clock;
pub use deploy_check::{check, findings};
pub use fleet::Fleet;
pub use parts::{Parts, migrate, start, start_or_stop};
pub use platform::Platform;
pub use programs::{HTTP_SERVER, RUNSERVER, WS_SERVER, variables_help};
pub use secret::SecretKey;
pub use settings::Settings;
pub use ws_url::WsUrl;
