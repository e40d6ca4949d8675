#![doc = include_str!("../README.md")]

mod app;
pub mod consumers;
mod sessions;

pub use self::{
    app::Application,
    sessions::{Identity, StoredSessions},
};
