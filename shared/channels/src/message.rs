//! One event on its way through a layer.

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;
use rmp_serde::{
    config::{DefaultConfig, HumanReadableConfig},
    decode::ReadRefReader,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};

use crate::{ChannelName, tagged::unknown_tag};

/// A message may be this large when encoded, in bytes. The specification of Django Channels asks for at least 1 MB.
pub const MAX_MESSAGE_BYTES: usize = 4 << 20;

/// Maps and lists in maps and lists deeper than this are refused: a payload must not choose how much stack it takes.
const MAX_DEPTH: usize = 128;
/// Of what outsiders chose, an error shows so many characters.
const SHOWN: usize = 100;

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
    /// JSON that [`Message::from_json`] cannot take for an event.
    #[error("no event as JSON: {0}")]
    Json(String),
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

/// What a layer looks at; the rest is checked to be well-formed and passed over.
struct Head<'a> {
    kind: Cow<'a, str>,
    is_reserved: bool,
}

impl<'de> Deserialize<'de> for Head<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(HeadVisitor)
    }
}

/// Takes maps alone, and text keys alone: a derived one would take lists and numbers too.
struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map with text keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head<'de>, A::Error> {
        let (mut kind, mut is_reserved) = (None, false);
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "type" => kind = Some(map.next_value::<Text<'de>>()?.0),
                other => {
                    is_reserved |= other == "__asgi_channel__";
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let kind = kind.ok_or_else(|| serde::de::Error::missing_field("type"))?;
        Ok(Head { kind, is_reserved })
    }
}

/// A text, borrowed where it can be.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

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

    /// As [`new`](Self::new), with the channel of the socket that sends it, as `sender_channel_name`. An event with a field of that name
    /// reads it from there, and leaves it out when it is encoded (`#[serde(skip_serializing)]`).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_sender<E: Serialize + ?Sized>(event: &E, sender: &ChannelName) -> Result<Self, MessageError> {
        #[derive(Serialize)]
        struct Sent<'a, E: ?Sized> {
            #[serde(flatten)]
            event: &'a E,
            sender_channel_name: &'a str,
        }
        Self::new(&Sent { event, sender_channel_name: sender.as_str() })
    }

    /// The channel of the socket that sent it, where [`from_sender`](Self::from_sender) or a consumer in Python has said so.
    pub fn sender(&self) -> Option<ChannelName> {
        #[derive(Deserialize)]
        struct Sent<'a> {
            #[serde(borrow)]
            sender_channel_name: Option<Cow<'a, str>>,
        }
        let sent: Sent<'_> = from_msgpack(&self.0.bytes).ok()?;
        ChannelName::parse(&sent.sender_channel_name?).ok()
    }

    /// Takes bytes from the wire: MessagePack of a map with a `type`.
    ///
    /// # Errors
    /// [`MessageError`] where it is anything else.
    pub fn decode(bytes: Bytes) -> Result<Self, MessageError> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(MessageError::TooLarge(bytes.len()));
        }
        let mut from = reader(&bytes);
        let head = Head::deserialize(&mut from).map_err(|e| MessageError::Shape(without_content(&e.to_string())))?;
        if !is_at_end(&mut from) {
            return Err(MessageError::Shape("something follows the map".to_owned()));
        }
        if head.is_reserved {
            return Err(MessageError::ReservedKey);
        }
        if head.kind.is_empty() || head.kind.starts_with(['_', '.']) {
            return Err(MessageError::MalformedType(head.kind.chars().take(SHOWN).collect()));
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
    /// What Python put into the event arrives like this in the fields of `E`:
    ///
    /// | Python | a field that takes it |
    /// | --- | --- |
    /// | `None` | `Option<_>` |
    /// | `bool`, `str` | `bool`, `String` |
    /// | `int` | integers that are wide enough, with every digit; `f64` |
    /// | `float`, also NaN and infinities | `f64`; 1.0 does not go into an integer |
    /// | `bytes` | `serde_bytes::ByteBuf`, and `String` where it is UTF-8; not `Vec<u8>`, which is a list of numbers |
    /// | `list`, `tuple` | `Vec<_>`, tuples |
    /// | `dict` | a struct, a map; keys that are numbers go into `HashMap<u64, _>` |
    /// | `msgpack.Timestamp`, `msgpack.ExtType` | `#[serde(rename = "_ExtStruct")] struct Ext((i8, serde_bytes::ByteBuf))`: the type and its bytes |
    /// | anything | `serde_json::Value` with `#[serde(deserialize_with = "catamaran::any_value")]`, as [`Message::to_json`] shows it |
    ///
    /// A `serde_json::Value` without that refuses bytes, extension types and keys that are no texts, and takes NaN and infinities for
    /// null. Through the JSON serializer Python makes texts of keys that are numbers.
    ///
    /// # Errors
    /// [`EventError`]: no variant of that `type`, or a variant that the rest does not fit.
    pub fn event<E: DeserializeOwned>(&self) -> Result<E, EventError> {
        from_msgpack(&self.0.bytes).map_err(|fault| {
            let kind = self.kind().chars().take(SHOWN).collect();
            match unknown_tag::<E>(self.kind()) {
                Some(expected) => EventError::NoHandler { kind, expected },
                None => EventError::Malformed { kind, detail: without_content(&fault.to_string()) },
            }
        })
    }
}

pub(crate) fn from_msgpack<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, rmp_serde::decode::Error> {
    T::deserialize(&mut reader(bytes))
}

type Reader<'a> = rmp_serde::Deserializer<ReadRefReader<'a, [u8]>, HumanReadableConfig<DefaultConfig>>;

fn reader(bytes: &[u8]) -> Reader<'_> {
    let mut from = rmp_serde::Deserializer::from_read_ref(bytes);
    from.set_max_depth(MAX_DEPTH);
    from.with_human_readable()
}

/// Has everything been read? It is asked for one more value of a kind that has no parts: the first byte must be what is missing.
fn is_at_end(from: &mut Reader<'_>) -> bool {
    matches!(bool::deserialize(from), Err(rmp_serde::decode::Error::InvalidMarkerRead(_)))
}

/// What serde calls a value that it did not expect, and what that is in a message.
const KINDS: [(&str, &str); 9] = [
    ("boolean", "boolean"),
    ("byte array", "bytes"),
    ("floating point", "float"),
    ("integer", "integer"),
    ("map", "map"),
    ("newtype struct", "extension type"),
    ("sequence", "list"),
    ("string", "text"),
    ("unit value", "null"),
];

/// Serde's words without what was found, which is somebody's message: `invalid type: string "…", expected u64` becomes
/// `invalid type: text, expected u64`. What names a field is the program's own.
fn without_content(words: &str) -> String {
    let text = match (words.split_once(": "), words.rsplit_once(", expected ")) {
        (Some((what, found)), Some((_, expected))) => {
            let kind = KINDS.iter().find(|(serde_calls, _)| found.starts_with(serde_calls)).map(|(_, kind)| format!(": {kind}"));
            format!("{what}{}, expected {expected}", kind.unwrap_or_default())
        }
        _ if words.starts_with("missing field") => words.to_owned(),
        _ => "a field is missing, unknown, or of another type".to_owned(),
    };
    text.chars().take(SHOWN).collect()
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
    fn a_sender_is_named_beside_the_event_which_stays_as_it_is() {
        #[derive(Serialize, Deserialize, Debug, PartialEq)]
        #[serde(tag = "type")]
        enum Drawn {
            #[serde(rename = "board.drawn")]
            Line { points: Vec<(f64, f64)>, ink: Option<serde_bytes::ByteBuf>, seq: u64 },
        }
        let line = Drawn::Line { points: vec![(1.0, f64::MAX)], ink: Some(vec![0, 255].into()), seq: u64::MAX };
        let sender = ChannelName::parse("specific.1!x").unwrap();
        let message = Message::from_sender(&line, &sender).unwrap();
        assert_eq!((message.kind(), message.sender()), ("board.drawn", Some(sender.clone())));
        assert_eq!(message.event::<Drawn>(), Ok(line));
        assert_eq!(Message::new(&json!({ "type": "x", "sender_channel_name": "a b" })).unwrap().sender(), None);
        assert_eq!(Message::new(&json!({ "type": "x" })).unwrap().sender(), None);
        assert!(matches!(Message::from_sender(&7, &sender), Err(MessageError::Shape(_))));
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
        let nested = [b"\x82\xa4type\xa1a\xa1x".as_slice(), &[0x91; 5000], b"\xc0"].concat();
        for rubbish in [
            &b""[..],
            b"\xc1",
            b"\x81\xa4type",
            b"{\"type\":\"a\"}",
            b"\x92\xa1a\xc0",             // a list
            b"\x81\x00\xa1a",             // a number as key
            b"\x82\xa4type\xa1a\x01\x02", // the same beside a type
            b"\x81\xa4type\xa1a\xc0",     // one value more
            b"\x81\xa4type\xa1a\x91",
            &nested,
        ] {
            assert!(matches!(Message::decode(Bytes::copy_from_slice(rubbish)), Err(MessageError::Shape(_))), "{rubbish:x?}");
        }
    }

    #[test]
    fn a_payload_does_not_choose_how_much_stack_it_takes() {
        let within = [b"\x82\xa4type\xacchat.message\xa1x".as_slice(), &[0x91; 100], b"\xc0"].concat();
        let message = Message::decode(within.into()).unwrap();
        assert!(matches!(message.event::<Chat>(), Err(EventError::Malformed { .. })), "its text is missing");
    }

    #[test]
    fn an_error_shows_nothing_of_the_content() {
        #[derive(Deserialize, Debug)]
        #[serde(tag = "type")]
        enum Vote {
            #[serde(rename = "vote")]
            #[expect(dead_code, reason = "it never fits")]
            Vote { count: u64 },
        }
        let secret = json!({ "type": "vote", "count": "the mafia is Lee, expected by none" });
        let fault = Message::new(&secret).unwrap().event::<Vote>().unwrap_err().to_string();
        assert_eq!(fault, "message of type vote does not fit its handler: invalid type: text, expected u64");
        let long = Message::new(&json!({ "type": "x".repeat(10_000) })).unwrap().event::<Vote>().unwrap_err().to_string();
        assert!(long.len() < 300, "{long}");
    }

    #[test]
    fn an_unknown_type_is_named_with_those_that_are_known() {
        let unknown = Message::new(&json!({"type": "new_type"})).unwrap().event::<Chat>().unwrap_err();
        assert_eq!(unknown.to_string(), "No handler for message type new_type (handled here: chat.message)");
        let wrong = Message::new(&json!({"type": "chat.message", "text": 5})).unwrap().event::<Chat>().unwrap_err();
        assert!(matches!(&wrong, EventError::Malformed { kind, .. } if kind == "chat.message"), "{wrong}");
    }

    #[test]
    fn rubbish_is_not_repeated() {
        let text = [b"\xdb\x00\x00\x27\x10".as_slice(), &[b'x'; 10_000]].concat();
        let kind = [b"\x81\xa4type\xdb\x00\x00\x27\x10".as_slice(), &[b'_'; 10_000]].concat();
        for rubbish in [text, kind] {
            let said = Message::decode(rubbish.into()).unwrap_err().to_string();
            assert!(said.len() < 300, "{} bytes", said.len());
        }
    }

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?}", Message::new(&json!({"type": "a", "role": "mafia"})).unwrap());
        assert!(!shown.contains("mafia"), "{shown}");
    }
}
