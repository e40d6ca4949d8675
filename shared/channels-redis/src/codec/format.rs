//! Which serializer writes and reads payloads.

use std::{fmt, str::FromStr};

/// How messages are written into payloads; the same in all processes that share one Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
// Exhaustive: these are the formats that channels_redis has.
pub enum SerializerFormat {
    /// MessagePack, the default of `channels_redis`. Every value can travel.
    #[default]
    MsgPack,
    /// JSON (`"serializer_format": "json"` in Django's settings). Bytes, NaN, infinities and keys that are no texts cannot travel.
    Json,
}

/// A serializer's name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown serializer {0:?}: it is 'msgpack' or 'json', and the same as Django's 'serializer_format'")]
pub struct UnknownFormat(String);

impl FromStr for SerializerFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        match name {
            "msgpack" => Ok(Self::MsgPack),
            "json" => Ok(Self::Json),
            other => Err(UnknownFormat(other.to_owned())),
        }
    }
}

impl fmt::Display for SerializerFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MsgPack => "msgpack",
            Self::Json => "json",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_django() {
        for format in [SerializerFormat::MsgPack, SerializerFormat::Json] {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        let fault = "pickle".parse::<SerializerFormat>().unwrap_err().to_string();
        assert!(fault.contains("pickle") && fault.contains("'msgpack' or 'json'"), "{fault}");
    }
}
