//! The serializer of payloads.

use std::{fmt, str::FromStr};

/// The encoding of messages in payloads. All processes on one Redis must use the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
// Exhaustive: these are the formats that channels_redis has.
pub enum SerializerFormat {
    /// MessagePack, the default of `channels_redis`. It supports every value.
    #[default]
    MsgPack,
    /// JSON (`"serializer_format": "json"` in Django's settings). It supports no bytes, NaN, infinities or keys that are not text.
    Json,
}

/// The name of an unknown serializer.
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
    fn uses_the_names_of_django() {
        for format in [SerializerFormat::MsgPack, SerializerFormat::Json] {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        let fault = "pickle".parse::<SerializerFormat>().unwrap_err().to_string();
        assert!(fault.contains("pickle") && fault.contains("'msgpack' or 'json'"), "{fault}");
    }
}
