#![doc = include_str!("../README.md")]

#[cfg(feature = "layer")]
mod announce;
pub mod conformance;
#[cfg(feature = "layer")]
mod event;
#[cfg(feature = "layer")]
mod fault;
#[cfg(feature = "layer")]
mod here;
#[cfg(feature = "layer")]
mod keeper;
#[cfg(feature = "layer")]
mod local_members;
#[cfg(feature = "layer")]
mod machine;
mod memory;
#[cfg(feature = "layer")]
mod outage;
#[cfg(feature = "layer")]
mod presence;
#[cfg(feature = "redis")]
mod redis;
mod store;

#[cfg(feature = "redis")]
pub use self::redis::RedisLeases;
#[cfg(feature = "layer")]
pub use self::{
    announce::{Announce, Change, GroupAnnouncer, News, settle},
    event::PresenceEvent,
    here::Here,
    keeper::Keeper,
    presence::{Presence, PresenceBuilder, Present},
};
pub use self::{
    memory::MemoryLeases,
    store::{Answer, Entered, Entry, LeaseStore, Member, PresenceError, ProcessId, Renewal, Timestamp},
};

/// A member's key may have this many bytes.
pub const MAX_KEY_BYTES: usize = 256;
/// A payload may have this many bytes as JSON.
pub const MAX_PAYLOAD_BYTES: usize = 4096;
