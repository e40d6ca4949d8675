#![doc = include_str!("../README.md")]

mod link;
mod pubsub;
mod settings;
mod subscriptions;

pub use self::{
    pubsub::RedisPubSubLayer,
    settings::{AddressError, RedisSettings},
};
