//! Payloads: the form of messages in Redis.
//!
//! A payload consists of some random bytes (core) and the message: MessagePack or JSON, as a Fernet token if there are keys.

mod fernet;
mod format;
mod from_json;
#[cfg(test)]
mod golden;
mod keys;
mod python_json;
mod to_json;
pub(crate) mod tokens;

use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use self::{
    fernet::TokenFault,
    from_json::{FromJsonFault, from_json},
    python_json::PythonOnly,
    to_json::{ToJsonFault, to_json},
};
pub use self::{
    format::{SerializerFormat, UnknownFormat},
    keys::EncryptionKeys,
};

/// The encoding that all processes on one Redis must share: serializer and keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wire {
    /// The serializer; `serializer_format` in Django's settings. MessagePack.
    pub format: SerializerFormat,
    /// The secrets; `symmetric_encryption_keys` in Django's settings. None.
    pub keys: EncryptionKeys,
}

impl Wire {
    /// Returns this wire with another serializer.
    #[must_use]
    pub fn with_format(self, format: SerializerFormat) -> Self {
        Self { format, ..self }
    }

    /// Returns this wire with other keys.
    #[must_use]
    pub fn with_keys(self, keys: EncryptionKeys) -> Self {
        Self { keys, ..self }
    }
}

/// Converts messages to payloads and back.
#[derive(Debug)]
pub(crate) struct Codec {
    wire: Wire,
    random_prefix: usize,
    max_age: Option<Duration>,
}

/// The reason why a payload was not made or not opened. No text shows any content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodecFault {
    #[error("it has {got} bytes, fewer than the {expected} random ones before each message")]
    TooShort { expected: usize, got: usize },
    #[error("it is encrypted, and no keys are set here: set the same as Django's symmetric_encryption_keys")]
    Encrypted,
    #[error("it is not encrypted, or cut off: set the same keys in all processes")]
    NotEncrypted,
    #[error(
        "it is encrypted with none of the keys set here ({0}), or was changed on its way: set the same keys in all processes"
    )]
    NoKeyFits(usize),
    #[error("it was encrypted {seconds} s ago, more than the {allowed:?} that are allowed")]
    TooOld { seconds: u64, allowed: Duration },
    #[error("it was encrypted by a clock that is {0} s ahead of ours, more than the 60 s that are allowed")]
    FromTheFuture(u64),
    #[error("it is JSON, and MessagePack is read here: set the same serializer in all processes")]
    NotMsgPackButJson,
    #[error("it is MessagePack, and JSON is read here: set the same serializer in all processes")]
    NotJsonButMsgPack,
    #[error("it is not JSON: {0}")]
    NotJson(String),
    #[error("it has {what} in the value at byte {at}, which is not JSON or fits no event: only Python's json reads it")]
    OnlyPython { what: &'static str, at: usize },
    #[error("it is not MessagePack, ends too early, or is nested too deeply")]
    NotMsgPack,
    #[error("{path}: {what}")]
    Unsupported { path: String, what: &'static str },
    #[error("the system gives no random bytes: {0}")]
    NoRandomness(String),
}

impl Codec {
    /// Puts `random_prefix` bytes before each payload: core uses sorted sets, which hold equal payloads only once. With `max_age`, encrypted
    /// payloads that are older, or more than a minute ahead of the clock, are refused.
    pub(crate) fn new(wire: &Wire, random_prefix: usize, max_age: Option<Duration>) -> Self {
        Self { wire: wire.clone(), random_prefix, max_age }
    }

    /// Encodes `message`, a map in MessagePack.
    ///
    /// # Errors
    /// [`CodecFault::Unsupported`] with the path if JSON cannot hold a value of the message.
    pub(crate) fn seal(&self, message: &[u8], now: SystemTime) -> Result<Vec<u8>, CodecFault> {
        let plain = match self.wire.format {
            SerializerFormat::MsgPack => Cow::Borrowed(message),
            SerializerFormat::Json => Cow::Owned(to_json(message)?),
        };
        let body = match self.wire.keys.first() {
            None => plain,
            Some(key) => Cow::Owned(fernet::seal(key, &plain, now, random()?).into_bytes()),
        };
        let mut payload = Vec::with_capacity(self.random_prefix + body.len());
        payload.resize(self.random_prefix, 0);
        fill(&mut payload)?;
        payload.extend_from_slice(&body);
        Ok(payload)
    }

    /// Decodes `payload` into MessagePack. A payload that came as MessagePack is not checked, and not copied if it is not encrypted.
    ///
    /// # Errors
    /// [`CodecFault`] if it was encoded otherwise.
    /// [`CodecFault`].
    pub(crate) fn open(&self, payload: Bytes, now: SystemTime) -> Result<Bytes, CodecFault> {
        if payload.len() < self.random_prefix {
            return Err(CodecFault::TooShort { expected: self.random_prefix, got: payload.len() });
        }
        let body = payload.slice(self.random_prefix..);
        let plain = match self.wire.keys.is_empty() {
            true => body,
            false => fernet::open(self.wire.keys.all(), &body, now, self.max_age).map_err(|fault| self.named(fault))?,
        };
        match (self.wire.format, PayloadKind::of(&plain)) {
            (_, Some(PayloadKind::Encrypted)) => Err(CodecFault::Encrypted),
            (SerializerFormat::MsgPack, Some(PayloadKind::Json)) => Err(CodecFault::NotMsgPackButJson),
            (SerializerFormat::Json, Some(PayloadKind::MsgPack)) => Err(CodecFault::NotJsonButMsgPack),
            (SerializerFormat::MsgPack, _) => Ok(plain),
            (SerializerFormat::Json, _) => Ok(from_json(&plain)?.into()),
        }
    }

    /// Returns why a script in Redis cannot write a position into a payload.
    pub(crate) fn hides_positions(&self) -> Option<&'static str> {
        let why = "messages are encrypted, so Redis cannot write positions into them; unset the keys, or the history";
        (!self.wire.keys.is_empty()).then_some(why)
    }

    /// Returns the number of bytes of a payload after the text of the position, the last value of the message.
    pub(crate) fn after_position(&self) -> usize {
        match self.wire.format {
            SerializerFormat::MsgPack => 0,
            SerializerFormat::Json => "\"}".len(),
        }
    }

    /// Returns the number of bytes of a payload that a position and the random bytes add to a message.
    pub(crate) fn around_message(&self) -> usize {
        self.random_prefix + catamaran::POSITION_BYTES + self.after_position()
    }

    fn named(&self, fault: TokenFault) -> CodecFault {
        match fault {
            TokenFault::NotAToken => CodecFault::NotEncrypted,
            TokenFault::NoKeyFits => CodecFault::NoKeyFits(self.wire.keys.all().len()),
            TokenFault::TooOld(seconds) => CodecFault::TooOld { seconds, allowed: self.max_age.unwrap_or_default() },
            TokenFault::FromTheFuture(seconds) => CodecFault::FromTheFuture(seconds),
        }
    }
}

/// The kind of a payload by its first bytes. A message is a map, and each kind of map begins differently.
#[derive(Debug, PartialEq, Eq)]
enum PayloadKind {
    Encrypted,
    Json,
    MsgPack,
}

impl PayloadKind {
    fn of(payload: &[u8]) -> Option<Self> {
        match payload.first()? {
            b'g' if payload.starts_with(b"gAAAA") => Some(Self::Encrypted),
            b'{' => Some(Self::Json),
            0x80..=0x8f | 0xde | 0xdf => Some(Self::MsgPack),
            _ => None,
        }
    }
}

fn random<const N: usize>() -> Result<[u8; N], CodecFault> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

fn fill(bytes: &mut [u8]) -> Result<(), CodecFault> {
    getrandom::fill(bytes).map_err(|fault| CodecFault::NoRandomness(fault.to_string()))
}

impl From<ToJsonFault> for CodecFault {
    fn from(fault: ToJsonFault) -> Self {
        match fault {
            ToJsonFault::Malformed => Self::NotMsgPack,
            ToJsonFault::Unsupported { path, what } => Self::Unsupported { path, what },
        }
    }
}

impl From<FromJsonFault> for CodecFault {
    fn from(fault: FromJsonFault) -> Self {
        match fault {
            FromJsonFault::Syntax(words) => Self::NotJson(words),
            FromJsonFault::PythonOnly(PythonOnly { what, at }) => Self::OnlyPython { what, at },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use serde_json::{Value, json};

    use super::*;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    fn codec(format: SerializerFormat, keys: &[&str]) -> Codec {
        Codec::new(&Wire { format, keys: EncryptionKeys::new(keys) }, 12, Some(Duration::from_secs(70)))
    }

    fn message() -> Vec<u8> {
        rmp_serde::to_vec_named(&json!({ "type": "chat.message", "text": "안녕", "n": [1, -1, 0.5, null] })).unwrap()
    }

    fn value(message: &[u8]) -> Value {
        rmp_serde::from_slice(message).unwrap()
    }

    #[test]
    fn opens_a_sealed_message() {
        for format in [SerializerFormat::MsgPack, SerializerFormat::Json] {
            for keys in [&[][..], &["k"], &["new", "old"]] {
                let codec = codec(format, keys);
                let sealed = codec.seal(&message(), now()).unwrap();
                let opened = codec.open(sealed.clone().into(), now()).unwrap();
                assert_eq!(value(&opened), value(&message()), "{codec:?}");
                assert_ne!(codec.seal(&message(), now()).unwrap(), sealed, "two equal messages are two members of a sorted set");
            }
        }
    }

    #[test]
    fn opens_plain_msgpack_without_a_copy() {
        let payload = Bytes::from(codec(SerializerFormat::MsgPack, &[]).seal(&message(), now()).unwrap());
        let opened = codec(SerializerFormat::MsgPack, &[]).open(payload.clone(), now()).unwrap();
        assert_eq!(opened.as_ptr(), payload[12..].as_ptr());
    }

    #[test]
    fn keys_can_be_changed_without_losing_a_message() {
        let sealed_by = |keys| codec(SerializerFormat::MsgPack, keys).seal(&message(), now()).unwrap();
        let opens = |payload: Vec<u8>, keys| codec(SerializerFormat::MsgPack, keys).open(payload.into(), now()).is_ok();
        let steps: [&[&str]; 4] = [&["old"], &["old", "new"], &["new", "old"], &["new"]];
        for step in steps.windows(2) {
            assert!(opens(sealed_by(step[0]), step[1]) && opens(sealed_by(step[1]), step[0]), "{step:?}");
        }
    }

    #[test]
    fn names_the_setting_that_differs() {
        use SerializerFormat::{Json, MsgPack};
        let fault = |sent: (_, &[&str]), read: (_, &[&str])| {
            let payload = codec(sent.0, sent.1).seal(&message(), now()).unwrap();
            codec(read.0, read.1).open(payload.into(), now()).unwrap_err()
        };
        assert_eq!(fault((MsgPack, &["k"]), (MsgPack, &[])), CodecFault::Encrypted);
        assert_eq!(fault((MsgPack, &["k"]), (Json, &[])), CodecFault::Encrypted);
        assert_eq!(fault((MsgPack, &[]), (MsgPack, &["k"])), CodecFault::NotEncrypted);
        assert_eq!(fault((Json, &[]), (Json, &["k"])), CodecFault::NotEncrypted);
        assert_eq!(fault((Json, &["k"]), (Json, &["other", "another"])), CodecFault::NoKeyFits(2));
        assert_eq!(fault((Json, &[]), (MsgPack, &[])), CodecFault::NotMsgPackButJson);
        assert_eq!(fault((MsgPack, &["k"]), (Json, &["k"])), CodecFault::NotJsonButMsgPack);
    }

    #[test]
    fn checks_the_age_for_core_only() {
        let sealed = codec(SerializerFormat::MsgPack, &["k"]).seal(&message(), now()).unwrap();
        let later = now() + Duration::from_secs(71);
        let fault = codec(SerializerFormat::MsgPack, &["k"]).open(sealed.clone().into(), later).unwrap_err();
        assert_eq!(fault.to_string(), "it was encrypted 71 s ago, more than the 70s that are allowed");
        let earlier = now() - Duration::from_secs(61);
        let fault = codec(SerializerFormat::MsgPack, &["k"]).open(sealed.clone().into(), earlier).unwrap_err();
        assert_eq!(fault, CodecFault::FromTheFuture(61));
        let pubsub = Codec { max_age: None, ..codec(SerializerFormat::MsgPack, &["k"]) };
        assert!(pubsub.open(sealed.into(), later).is_ok());
    }

    #[test]
    fn refuses_invalid_payloads() {
        let json = codec(SerializerFormat::Json, &[]);
        let open = |codec: &Codec, body: &[u8]| codec.open([b"0123456789ab", body].concat().into(), now());
        assert_eq!(json.open(Bytes::from_static(b"short"), now()), Err(CodecFault::TooShort { expected: 12, got: 5 }));
        assert!(matches!(open(&json, b""), Err(CodecFault::NotJson(_))));
        assert!(matches!(open(&json, b"{\"type\""), Err(CodecFault::NotJson(words)) if words.contains("line 1")));
        assert!(matches!(open(&json, b"{\"type\": \"a\", \"n\": NaN}"), Err(CodecFault::OnlyPython { what: "NaN", at: 19 })));
        assert_eq!(json.seal(b"\x81\xa4type", now()), Err(CodecFault::NotMsgPack));
        let fault = json.seal(b"\x82\xa4type\xa1a\xa1b\xc4\x01x", now()).unwrap_err().to_string();
        assert_eq!(fault, "b: bytes cannot travel as JSON: send a text (base64), or use msgpack");
    }
}
