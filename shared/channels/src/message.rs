//! Messages: encoded events.

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

use crate::{
    ChannelName,
    history::{self, Position},
    tagged::unknown_tag,
};

/// The largest encoded message, in bytes. The specification of Django Channels requires at least 1 MB.
pub const MAX_MESSAGE_BYTES: usize = 4 << 20;

/// The deepest nesting of maps and lists: the sender must not choose how much stack a message needs.
const MAX_DEPTH: usize = 128;
/// The most characters of a request's id: any process may have sent it.
const MAX_REQUEST_ID: usize = 64;
/// The number of characters of a sender's text that an error shows.
const SHOWN: usize = 100;

/// The reason why a value cannot be a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It is not a map with text keys, or it holds a value that the encoding does not support.
    #[error("a message must be a map with text keys that holds a text 'type': {0}")]
    Shape(String),
    /// The `type` cannot name a handler.
    #[error("malformed type {0:?} in message: it must not be empty and must not start with '_' or '.'")]
    MalformedType(String),
    /// It holds a key that layers reserve.
    #[error("a message must not hold the key '{0}', which layers reserve")]
    ReservedKey(&'static str),
    /// It is larger than [`MAX_MESSAGE_BYTES`].
    #[error("a message must have at most {MAX_MESSAGE_BYTES} bytes when encoded, this one has {0}")]
    TooLarge(usize),
    /// The JSON that [`Message::from_json`] got is no event.
    #[error("no event as JSON: {0}")]
    Json(String),
}

/// The reason why a message is no event of the consumer that got it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The consumer's events have no variant of that `type`.
    #[error("No handler for message type {kind} (handled here: {})", expected.join(", "))]
    NoHandler {
        /// The `type` of the message.
        kind: String,
        /// The types that the consumer handles.
        expected: &'static [&'static str],
    },
    /// The `type` is known, but the other fields are not valid.
    #[error("message of type {kind} does not fit its handler: {detail}")]
    Malformed {
        /// The `type` of the message.
        kind: String,
        /// The fault.
        detail: String,
    },
}

/// One event: a map with a text `type`, encoded once, cheap to clone and immutable.
///
/// Every receiver decodes its own event from the same bytes, so a change to one event is not seen in another. The bytes are
/// MessagePack, the default serializer of `channels_redis`.
#[derive(Clone)]
pub struct Message(Arc<Encoded>);

struct Encoded {
    kind: Box<str>,
    bytes: Bytes,
    /// The place in the history of its group.
    position: Option<Position>,
}

/// The key that holds the recipients of a message, in layers whose processes share a key.
const RECIPIENTS: &str = "__asgi_channel__";

/// The parts that a layer needs. The rest is only checked to be well-formed.
struct Head<'a> {
    kind: Cow<'a, str>,
    has_recipients: bool,
    has_position: bool,
}

impl<'de> Deserialize<'de> for Head<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(HeadVisitor)
    }
}

/// Accepts only maps with text keys. A derived visitor would accept lists and number keys too.
struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map with text keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head<'de>, A::Error> {
        let (mut kind, mut has_recipients, mut has_position) = (None, false, false);
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "type" => kind = Some(map.next_value::<Text<'de>>()?.0),
                other => {
                    has_recipients |= other == RECIPIENTS;
                    has_position |= other == history::KEY;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let kind = kind.ok_or_else(|| serde::de::Error::missing_field("type"))?;
        Ok(Head { kind, has_recipients, has_position })
    }
}

/// A text, borrowed if possible.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Message {
    /// Encodes `event`: a map, a struct, or an enum tagged by `type`.
    ///
    /// # Errors
    /// [`MessageError`] if it cannot be encoded or is no event.
    pub fn new<E: Serialize + ?Sized>(event: &E) -> Result<Self, MessageError> {
        let mut bytes = Vec::with_capacity(256);
        let mut to_msgpack = rmp_serde::Serializer::new(&mut bytes).with_struct_map().with_human_readable();
        event.serialize(&mut to_msgpack).map_err(|e| MessageError::Shape(e.to_string()))?;
        Self::of_program(bytes.into())
    }

    /// Decodes bytes that this program has made.
    pub(crate) fn of_program(bytes: Bytes) -> Result<Self, MessageError> {
        match Self::read(&bytes, MAX_MESSAGE_BYTES)? {
            Head { has_position: true, .. } => Err(MessageError::ReservedKey(history::KEY)),
            head => Ok(Self(Arc::new(Encoded { kind: head.kind.into(), bytes: bytes.clone(), position: None }))),
        }
    }

    /// Like [`new`](Self::new), and adds the sending socket's channel as `sender_channel_name`. An event type that reads it needs a
    /// field of that name with `#[serde(skip_serializing)]`.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn from_sender<E: Serialize + ?Sized>(event: &E, sender: &ChannelName) -> Result<Self, MessageError> {
        #[derive(Serialize)]
        struct Sent<'a, E: ?Sized> {
            #[serde(flatten)]
            event: &'a E,
            sender_channel_name: &'a str,
        }
        Self::new(&Sent { event, sender_channel_name: sender.as_str() })
    }

    /// The sending socket's channel, if [`from_sender`](Self::from_sender) or a Python consumer has set it.
    pub fn sender(&self) -> Option<ChannelName> {
        #[derive(Deserialize)]
        struct Sent<'a> {
            #[serde(borrow)]
            sender_channel_name: Option<Cow<'a, str>>,
        }
        let sent: Sent<'_> = from_msgpack(&self.0.bytes).ok()?;
        ChannelName::parse(&sent.sender_channel_name?).ok()
    }

    /// Returns the message with the id of the request that caused it, as `request_id`. Receivers that don't know the field ignore it. The
    /// message stays as it is where it has such a field, or would become larger than [`MAX_MESSAGE_BYTES`].
    #[must_use]
    pub fn with_request_id(self, id: &str) -> Self {
        #[derive(Deserialize)]
        struct Known {
            request_id: Option<IgnoredAny>,
        }
        let is_known = from_msgpack::<Known>(&self.0.bytes).is_ok_and(|known| known.request_id.is_some());
        let longer = (!is_known).then(|| with_text_field(&self.0.bytes, "request_id", id)).flatten();
        longer.and_then(|bytes| Self::decode(bytes.into()).ok()).unwrap_or(self)
    }

    /// The id of the request that caused the message, if [`with_request_id`](Self::with_request_id) has set it: 64 characters at most, none
    /// of which can disturb a log.
    pub fn request_id(&self) -> Option<Box<str>> {
        #[derive(Deserialize)]
        struct Caused<'a> {
            #[serde(borrow)]
            request_id: Option<Cow<'a, str>>,
        }
        let id = from_msgpack::<Caused<'_>>(&self.0.bytes).ok()?.request_id?;
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (id.len() <= MAX_REQUEST_ID && id.bytes().all(is_safe)).then(|| id.into())
    }

    /// Decodes bytes from the wire: MessagePack of a map with a `type`. A [`position`](Self::position) that the layer has added is taken
    /// out.
    ///
    /// # Errors
    /// [`MessageError`] if they are anything else.
    pub fn decode(bytes: Bytes) -> Result<Self, MessageError> {
        let head = Self::read(&bytes, MAX_MESSAGE_BYTES + history::POSITION_BYTES)?;
        let with_position = if head.has_position { history::split(&bytes) } else { None };
        let kind = head.kind.into();
        Ok(Self(Arc::new(match with_position {
            Some((bytes, position)) => Encoded { kind, bytes, position: Some(position) },
            None => Encoded { kind, bytes, position: None },
        })))
    }

    fn read(bytes: &Bytes, longest: usize) -> Result<Head<'_>, MessageError> {
        if bytes.len() > longest {
            return Err(MessageError::TooLarge(bytes.len()));
        }
        let mut from = reader(bytes);
        let head = Head::deserialize(&mut from).map_err(|e| MessageError::Shape(without_content(&e.to_string())))?;
        if !is_at_end(&mut from) {
            return Err(MessageError::Shape("further bytes follow the map".to_owned()));
        }
        if head.has_recipients {
            return Err(MessageError::ReservedKey(RECIPIENTS));
        }
        if head.kind.is_empty() || head.kind.starts_with(['_', '.']) {
            return Err(MessageError::MalformedType(head.kind.chars().take(SHOWN).collect()));
        }
        Ok(head)
    }

    /// The place in the history of the group that the message was sent to. `None` if the group keeps no history, or the sender knows nothing
    /// of it (a Django project with plain `channels_redis`).
    pub fn position(&self) -> Option<Position> {
        self.0.position
    }

    /// Returns the message at another place.
    pub(crate) fn at(&self, position: Position) -> Self {
        let Encoded { kind, bytes, .. } = &*self.0;
        Self(Arc::new(Encoded { kind: kind.clone(), bytes: bytes.clone(), position: Some(position) }))
    }

    /// The message's `type`.
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The whole message as MessagePack. Cloning the bytes copies nothing.
    pub fn encoded(&self) -> &Bytes {
        &self.0.bytes
    }

    /// Decodes the receiver's own copy of the event.
    ///
    /// Values from Python arrive in the fields of `E` like this:
    ///
    /// | Python | a field that takes it |
    /// | --- | --- |
    /// | `None` | `Option<_>` |
    /// | `bool`, `str` | `bool`, `String` |
    /// | `int` | integers that are wide enough, with every digit; `f64` |
    /// | `float`, also NaN and infinities | `f64`; 1.0 does not go into an integer |
    /// | `bytes` | `serde_bytes::ByteBuf`, and `String` if it is UTF-8; not `Vec<u8>`, which is a list of numbers |
    /// | `list`, `tuple` | `Vec<_>`, tuples |
    /// | `dict` | a struct, a map; keys that are numbers go into `HashMap<u64, _>` |
    /// | `msgpack.Timestamp`, `msgpack.ExtType` | `#[serde(rename = "_ExtStruct")] struct Ext((i8, serde_bytes::ByteBuf))`: the type and its bytes |
    /// | anything | `serde_json::Value` with `#[serde(deserialize_with = "catamaran::any_value")]`, as [`Message::to_json`] shows it |
    ///
    /// A plain `serde_json::Value` refuses bytes, extension types and keys that are not text. It reads NaN and infinities as null.
    /// With the JSON serializer, Python turns number keys into text.
    ///
    /// # Errors
    /// [`EventError`] if `E` has no variant of that `type`, or the other fields are not valid for it.
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

/// Appends a field to an encoded map. `None` if the map's header has another form, which no serializer writes.
pub(crate) fn with_text_field(map: &[u8], key: &str, text: &str) -> Option<Vec<u8>> {
    let (count, fields) = fields_of(map)?;
    let mut longer = Vec::with_capacity(map.len() + key.len() + text.len() + 8);
    rmp::encode::write_map_len(&mut longer, count.checked_add(1)?).ok()?;
    longer.extend_from_slice(fields);
    rmp::encode::write_str(&mut longer, key).ok()?;
    rmp::encode::write_str(&mut longer, text).ok()?;
    Some(longer)
}

/// Returns an encoded map, whose last field was cut off, with the header for its remaining fields.
pub(crate) fn with_one_field_less(map: &[u8]) -> Option<Vec<u8>> {
    let (count, fields) = fields_of(map)?;
    let mut shorter = Vec::with_capacity(map.len());
    rmp::encode::write_map_len(&mut shorter, count.checked_sub(1)?).ok()?;
    shorter.extend_from_slice(fields);
    Some(shorter)
}

/// Returns the number of fields of an encoded map, and their bytes.
fn fields_of(map: &[u8]) -> Option<(u32, &[u8])> {
    let (&marker, rest) = map.split_first()?;
    // The forms of a map's header: up to 15 fields in the marker itself, then 16 and 32 bits behind it.
    match marker {
        0x80..=0x8f => Some((u32::from(marker & 0x0f), rest)),
        0xde => rest.split_first_chunk().map(|(count, fields)| (u16::from_be_bytes(*count).into(), fields)),
        0xdf => rest.split_first_chunk().map(|(count, fields)| (u32::from_be_bytes(*count), fields)),
        _ => None,
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

/// Returns whether all bytes were read. It tries to read one more value: at the end, its first byte must be missing.
fn is_at_end(from: &mut Reader<'_>) -> bool {
    matches!(bool::deserialize(from), Err(rmp_serde::decode::Error::InvalidMarkerRead(_)))
}

/// serde's words for an unexpected value, and the words for a message.
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

/// Removes the found value from serde's text, since it is private: `invalid type: string "…", expected u64` becomes
/// `invalid type: text, expected u64`. Field names stay, since they are the program's own.
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
    /// Shows the `type` and the size, but never the content, which may be secret.
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
    fn adds_the_sender_without_changing_the_event() {
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
    fn restores_an_event() {
        let sent = Chat::Message { text: "안녕".into() };
        let message = Message::new(&sent).unwrap();
        assert_eq!(message.kind(), "chat.message");
        assert_eq!(message.event::<Chat>().unwrap(), sent);
        assert_eq!(Message::decode(message.encoded().clone()).unwrap().event::<Chat>().unwrap(), sent);
    }

    #[test]
    fn names_the_fault_of_an_invalid_event() {
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
    fn refuses_invalid_bytes_from_the_wire() {
        let nested = [b"\x82\xa4type\xa1a\xa1x".as_slice(), &[0x91; 5000], b"\xc0"].concat();
        for rubbish in [
            &b""[..],
            b"\xc1",
            b"\x81\xa4type",
            b"{\"type\":\"a\"}",
            b"\x92\xa1a\xc0",             // a list
            b"\x81\x00\xa1a",             // a number as key
            b"\x82\xa4type\xa1a\x01\x02", // a number as key, after a type
            b"\x81\xa4type\xa1a\xc0",     // bytes after the map
            b"\x81\xa4type\xa1a\x91",
            &nested,
        ] {
            assert!(matches!(Message::decode(Bytes::copy_from_slice(rubbish)), Err(MessageError::Shape(_))), "{rubbish:x?}");
        }
    }

    #[test]
    fn refuses_deep_nesting_without_using_the_stack() {
        let within = [b"\x82\xa4type\xacchat.message\xa1x".as_slice(), &[0x91; 100], b"\xc0"].concat();
        let message = Message::decode(within.into()).unwrap();
        assert!(matches!(message.event::<Chat>(), Err(EventError::Malformed { .. })), "its text is missing");
    }

    #[test]
    fn an_error_does_not_repeat_the_content() {
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
    fn names_an_unknown_type_and_the_known_ones() {
        let unknown = Message::new(&json!({"type": "new_type"})).unwrap().event::<Chat>().unwrap_err();
        assert_eq!(unknown.to_string(), "No handler for message type new_type (handled here: chat.message)");
        let wrong = Message::new(&json!({"type": "chat.message", "text": 5})).unwrap().event::<Chat>().unwrap_err();
        assert!(matches!(&wrong, EventError::Malformed { kind, .. } if kind == "chat.message"), "{wrong}");
    }

    #[test]
    fn an_error_repeats_little_of_invalid_bytes() {
        let text = [b"\xdb\x00\x00\x27\x10".as_slice(), &[b'x'; 10_000]].concat();
        let kind = [b"\x81\xa4type\xdb\x00\x00\x27\x10".as_slice(), &[b'_'; 10_000]].concat();
        for rubbish in [text, kind] {
            let said = Message::decode(rubbish.into()).unwrap_err().to_string();
            assert!(said.len() < 300, "{} bytes", said.len());
        }
    }

    #[test]
    fn adds_a_request_id_without_changing_the_event() {
        for fields in [1_usize, 13, 14, 15, 16, 70_000] {
            let mut event: serde_json::Map<_, _> = (0..fields).map(|n| (format!("field{n}"), json!(n))).collect();
            event.insert("type".to_owned(), json!("a"));
            let message = Message::new(&event).unwrap();
            assert_eq!(message.request_id(), None);
            let message = message.with_request_id("id-1");
            assert_eq!(message.request_id().as_deref(), Some("id-1"), "{fields}");
            event.insert("request_id".to_owned(), json!("id-1"));
            assert_eq!(message.event::<serde_json::Map<_, _>>().unwrap(), event);
        }
        let chat = Chat::Message { text: "hi".to_owned() };
        assert_eq!(Message::new(&chat).unwrap().with_request_id("id-1").event::<Chat>().unwrap(), chat, "an older program");
    }

    #[test]
    fn keeps_the_request_id_that_an_event_has() {
        let message = Message::new(&json!({"type": "a", "request_id": 5})).unwrap().with_request_id("id-1");
        assert_eq!(message.event::<serde_json::Value>().unwrap(), json!({"type": "a", "request_id": 5}));
        assert_eq!(message.request_id(), None);
    }

    #[test]
    fn ignores_a_request_id_that_could_disturb_a_log() {
        for id in ["a b", "a\nb", &"x".repeat(65)] {
            assert_eq!(Message::new(&json!({"type": "a", "request_id": id})).unwrap().request_id(), None, "{id:?}");
        }
    }

    #[test]
    fn a_message_of_the_largest_size_stays_without_a_request_id() {
        let text = "x".repeat(MAX_MESSAGE_BYTES - 30);
        let message = Message::new(&Chat::Message { text }).unwrap();
        assert_eq!(message.clone().with_request_id(&"i".repeat(64)).encoded(), message.encoded());
    }

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?}", Message::new(&json!({"type": "a", "role": "mafia"})).unwrap());
        assert!(!shown.contains("mafia"), "{shown}");
    }
}
