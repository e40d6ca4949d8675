#![doc = include_str!("../README.md")]

mod address;
mod check;
mod codec;
mod connector;
mod core;
mod deck;
mod envelope;
mod farewell;
mod fault;
mod hosts;
pub mod inspect;
mod link;
mod locate;
mod postponed;
mod pubsub;
mod rights;
mod ring;
mod settings;
mod slots;
mod subscriptions;
mod tls;
mod words;

pub use self::{
    address::{AddressError, without_credentials},
    check::Unsuitable,
    codec::{EncryptionKeys, SerializerFormat, UnknownFormat, Wire},
    connector::{Connector, ConnectorFault},
    core::RedisCoreLayer,
    hosts::{MAX_LANES, RedisHosts},
    pubsub::RedisPubSubLayer,
    settings::RedisSettings,
    tls::{RedisTls, TlsFault},
};
