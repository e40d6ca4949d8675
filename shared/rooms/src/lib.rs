#![doc = include_str!("../README.md")]

mod changes;
mod error;
mod fair;
pub mod groups;
mod presence;
mod room_ids;
mod service;
pub mod wire;

pub use self::{
    error::{DEFAULT_CAPACITY, MAX_CAPACITY, MIN_CAPACITY, RoomsError},
    fair::{MESSAGES, TYPING},
    service::{LISTED_ROOMS, Posted, RoomView, Rooms},
};
