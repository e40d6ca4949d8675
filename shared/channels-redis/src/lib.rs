#![doc = include_str!("../README.md")]

mod address;
#[cfg_attr(not(feature = "tls"), path = "no_certificates.rs")]
mod certificates;
mod check;
mod codec;
mod common;
mod connector;
mod core;
mod envelope;
mod error_text;
mod fault;
mod history;
mod hosts;
pub mod inspect;
mod link;
mod locate;
mod pubsub;
mod reject_reason;
mod retry;
mod rights;
mod ring;
mod script;
mod settings;
mod slots;
mod subscriptions;
mod tls;

pub use self::{
    address::{AddressError, without_credentials},
    check::Unsuitable,
    codec::{EncryptionKeys, SerializerFormat, UnknownFormat, Wire},
    connector::{Connector, ConnectorFault},
    core::RedisCoreLayer,
    hosts::{MAX_PARTITIONS, RedisHosts},
    pubsub::RedisPubSubLayer,
    settings::RedisSettings,
    tls::{RedisTls, TlsFault},
};
