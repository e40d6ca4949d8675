#![doc = include_str!("../README.md")]

mod accounts;
pub mod cookie;
mod lookups;
mod set_cookie;
mod socket_tokens;
mod user;

pub use accounts::{Accounts, NewSession, SESSION_DAYS};
pub use cookie::SESSION_COOKIE;
pub use lookups::Lookups;
pub use set_cookie::{CookiePlace, SetCookie};
pub use socket_tokens::{NewSocketToken, SocketTokenError, SocketTokens};
pub use user::UserRef;
