//! Which channel layer, and where its Redis is.

use std::fmt;

use channels_redis::RedisSettings;

use super::reader::{Parsed, Reader, without_credentials};
use crate::Process;

/// `CHANNEL_LAYER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// Redis publish and subscribe, shared by all processes.
    RedisPubSub,
    /// In the memory of this one process.
    Memory,
}

/// The channel layer's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSettings {
    /// `CHANNEL_LAYER`: `redis-pubsub` (default of the two servers) or `memory` (default of runserver).
    pub layer: LayerKind,
    /// `REDIS_URL`: `redis://`, `rediss://`, `redis+unix://` or `unix://`; default `redis://localhost:6379`.
    pub redis_url: RedisUrl,
    /// `REDIS_TLS_INSECURE`: `true` accepts any certificate under `rediss://` (Heroku's are self-signed); default
    /// `false`.
    pub redis_tls_insecure: bool,
    /// `CHANNEL_PREFIX`: the first part of every key in Redis; default `asgi`.
    pub prefix: String,
}

impl ChannelSettings {
    pub(super) fn read(reader: &mut Reader<'_>, process: Process, alone: bool) -> Self {
        let layer = reader.parse("CHANNEL_LAYER", parse_kind);
        let layer = layer.unwrap_or(process.default_layer());
        if layer == LayerKind::Memory && process.is_half() && !alone {
            reader.fault(
                "CHANNEL_LAYER",
                "\"memory\", which no other process hears",
                format!("redis-pubsub; or start {} with --alone if nothing else runs", process.name()),
            );
        }
        Self {
            layer,
            redis_url: reader.parse_url("REDIS_URL", RedisUrl::parse).unwrap_or_default(),
            redis_tls_insecure: reader.parse("REDIS_TLS_INSECURE", parse_bool).unwrap_or(false),
            prefix: reader.parse("CHANNEL_PREFIX", parse_prefix).unwrap_or_else(|| "asgi".to_owned()),
        }
    }
}

/// The address of a Redis server. `Display` and `Debug` hide user and password.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// The address with its password, for the client that connects.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Parsed<Self> {
        match RedisSettings::new(text, false) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err("redis://[USER:PASSWORD@]HOST[:PORT][/DB], rediss://… for TLS, or unix:///PATH".to_owned()),
        }
    }
}

impl Default for RedisUrl {
    fn default() -> Self {
        Self("redis://localhost:6379".to_owned())
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_credentials(&self.0))
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisUrl({self})")
    }
}

fn parse_kind(text: &str) -> Parsed<LayerKind> {
    match text {
        "redis-pubsub" => Ok(LayerKind::RedisPubSub),
        "memory" => Ok(LayerKind::Memory),
        _ => Err("redis-pubsub or memory".to_owned()),
    }
}

fn parse_bool(text: &str) -> Parsed<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}

/// What a channel's name may hold, and short enough to leave room for the rest of one.
fn parse_prefix(text: &str) -> Parsed<String> {
    let sound = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if sound && text.len() <= 50 { Ok(text.to_owned()) } else { Err("at most 50 letters, digits, '-', '_' and '.'".to_owned()) }
}
