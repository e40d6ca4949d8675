#![doc = include_str!("../README.md")]

mod client;
mod cookie;
mod head;
mod host;
mod hosts;
pub mod origin;
mod origins;
mod problem;
mod proxies;
mod quote;
mod rates;
mod upgrade;

pub use client::{ClientInfo, REQUEST_ID};
pub use cookie::cookie_values;
pub use head::check_head;
pub use host::{is_public_name, split_port};
pub use hosts::{AllowedHosts, HostFault, HostPattern};
pub use origin::OriginFault;
pub use origins::{AllowedOrigins, Origin, OriginPattern};
pub use problem::{PROBLEM_JSON, problem};
pub use proxies::{ProxyNetworks, TrustedProxies};
pub use quote::quoted;
pub use rates::{AddressKey, Rate, RateTable};
pub use upgrade::asks_for_socket;
