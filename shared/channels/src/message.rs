//! One event on its way through a layer.

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned, de::IgnoredAny};

use crate::tagged::unknown_tag;

/// A message may be this large when encoded, in bytes. The specification of Django Channels asks for at least 1 MB.
pub const MAX_MESSAGE_BYTES: usize = 4 << 20;

/// Why something cannot be a message.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// It is not a map with text keys, or has a value that the wire cannot carry.
    #[error("a message must be a map with text keys that holds a text 'type': {0}")]
    Shape(String),
    /// The `type` cannot name a handler.
    #[error("malformed type {0:?} in message: it must not be empty and must not start with '_' or '.'")]
    MalformedType(String),
    /// It holds a key that layers use among themselves.
    #[error("a message must not hold the key '__asgi_channel__': layers use it among themselves")]
    ReservedKey,
    /// It is larger than [`MAX_MESSAGE_BYTES`].
    #[error("a message may have {MAX_MESSAGE_BYTES} bytes when encoded, this one has {0}")]
    TooLarge(usize),
}

/// Why a message is not an event of the consumer that got it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The consumer's events have no variant of that `type`.
    #[error("No handler for message type {kind} (handled here: {})", expected.join(", "))]
    NoHandler {
        /// The `type` that arrived.
        kind: String,
        /// The types that the consumer handles.
        expected: &'static [&'static str],
    },
    /// The `type` is known, the rest does not fit it.
    #[error("message of type {kind} does not fit its handler: {detail}")]
    Malformed {
        /// The `type` that arrived.
        kind: String,
        /// What did not fit.
        detail: String,
    },
}

/// One event: a map with a text `type`, encoded once, cheap to clone, and nobody's to change.
///
/// Every receiver decodes an event of its own from the same bytes, so what one of them does to its copy is never seen by
/// another. The bytes are MessagePack, the default serializer of `channels_redis`.
#[derive(Clone)]
pub struct Message(Arc<Encoded>);

struct Encoded {
    kind: Box<str>,
    bytes: Bytes,
}

/// The two keys that a layer looks at; the rest is checked to be well-formed and passed over.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(rename = "__asgi_channel__", default)]
    reserved: Option<IgnoredAny>,
}

impl Message {
    /// Encodes `event`: a map, a struct, or an enum tagged by `type`.
    ///
    /// # Errors
    /// [`MessageError`] where it cannot travel; the text names what was wrong.
    pub fn new<E: Serialize + ?Sized>(event: &E) -> Result<Self, MessageError> {
        let mut bytes = Vec::with_capacity(256);
        let mut to_msgpack = rmp_serde::Serializer::new(&mut bytes).with_struct_map().with_human_readable();
        event.serialize(&mut to_msgpack).map_err(|e| MessageError::Shape(e.to_string()))?;
        Self::decode(bytes.into())
    }

    /// Takes bytes from the wire: MessagePack of a map with a `type`.
    ///
    /// # Errors
    /// [`MessageError`] where it is anything else.
    pub fn decode(bytes: Bytes) -> Result<Self, MessageError> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(MessageError::TooLarge(bytes.len()));
        }
        let head: Head<'_> = from_msgpack(&bytes).map_err(|e| MessageError::Shape(e.to_string()))?;
        if head.reserved.is_some() {
            return Err(MessageError::ReservedKey);
        }
        if head.kind.is_empty() || head.kind.starts_with(['_', '.']) {
            return Err(MessageError::MalformedType(head.kind.into_owned()));
        }
        let kind = head.kind.into();
        Ok(Self(Arc::new(Encoded { kind, bytes })))
    }

    /// The message's `type`.
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The whole message as MessagePack. Cloning the bytes copies nothing.
    pub fn encoded(&self) -> &Bytes {
        &self.0.bytes
    }

    /// Decodes a copy of the event, the receiver's own.
    ///
    /// # Errors
    /// [`EventError`]: no variant of that `type`, or a variant that the rest does not fit.
    pub fn event<E: DeserializeOwned>(&self) -> Result<E, EventError> {
        from_msgpack(&self.0.bytes).map_err(|fault| match unknown_tag::<E>(self.kind()) {
            Some(expected) => EventError::NoHandler { kind: self.kind().to_owned(), expected },
            None => EventError::Malformed { kind: self.kind().to_owned(), detail: fault.to_string() },
        })
    }
}

fn from_msgpack<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, rmp_serde::decode::Error> {
    T::deserialize(&mut rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable())
}

impl fmt::Debug for Message {
    /// The `type` and the size; never the content, which may be somebody's secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({}, {} bytes)", self.kind(), self.0.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(tag = "type")]
    enum Chat {
        #[serde(rename = "chat.message")]
        Message { text: String },
    }

    #[test]
    fn an_event_comes_back_as_it_went() {
        let sent = Chat::Message { text: "안녕".into() };
        let message = Message::new(&sent).unwrap();
        assert_eq!(message.kind(), "chat.message");
        assert_eq!(message.event::<Chat>().unwrap(), sent);
        assert_eq!(Message::decode(message.encoded().clone()).unwrap().event::<Chat>().unwrap(), sent);
    }

    #[test]
    fn what_cannot_travel_is_named() {
        let fault = |value| Message::new(&value).unwrap_err().to_string();
        assert!(fault(json!({"text": 1})).contains("type"));
        assert!(fault(json!([1])).contains("map"));
        assert!(fault(json!({"type": 7})).contains("text 'type'"));
        assert!(fault(json!({"type": "_private"})).contains("_private"));
        assert!(fault(json!({"type": ""})).contains("empty"));
        assert!(fault(json!({"type": "a", "__asgi_channel__": "b"})).contains("__asgi_channel__"));
        assert!(fault(json!({"type": "a", "b": "x".repeat(MAX_MESSAGE_BYTES)})).contains("bytes"));
    }

    #[test]
    fn rubbish_from_the_wire_is_an_error() {
        for rubbish in [&b""[..], b"\xc1", b"\x81\xa4type", b"{\"type\":\"a\"}", &[0x91; 5000]] {
            assert!(Message::decode(Bytes::copy_from_slice(rubbish)).is_err(), "{rubbish:?}");
        }
    }

    #[test]
    fn an_unknown_type_is_named_with_those_that_are_known() {
        let unknown = Message::new(&json!({"type": "new_type"})).unwrap().event::<Chat>().unwrap_err();
        assert_eq!(unknown.to_string(), "No handler for message type new_type (handled here: chat.message)");
        let wrong = Message::new(&json!({"type": "chat.message", "text": 5})).unwrap().event::<Chat>().unwrap_err();
        assert!(matches!(&wrong, EventError::Malformed { kind, .. } if kind == "chat.message"), "{wrong}");
    }

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?}", Message::new(&json!({"type": "a", "role": "mafia"})).unwrap());
        assert!(!shown.contains("mafia"), "{shown}");
    }
}
