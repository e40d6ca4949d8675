//! `__asgi_channel__`: the recipients of a message among a process's channels. The key is in the message's own map, so it is inserted
//! and removed in the encoded bytes, without decoding the rest.

use bytes::Bytes;

use crate::codec::tokens::{Token, Tokens};

/// The key that holds the recipients.
const KEY: &str = "__asgi_channel__";

/// The recipients of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recipients {
    /// No names: the message is for the reader of the key.
    Reader,
    /// These channels of the process that reads the key.
    Channels(Vec<String>),
}

/// The reason why a payload is not a message with recipients.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum EnvelopeFault {
    #[error("it is not MessagePack, or ends too early")]
    Malformed,
    #[error("it is not a map")]
    NotAMap,
    #[error("its __asgi_channel__ is neither a text nor a list of texts")]
    Recipients,
}

/// Adds one recipient for `send` to `message`, an encoded map. Python adds it last, and so do we.
pub(crate) fn with_recipient(message: &[u8], name: &str) -> Vec<u8> {
    let mut with = extended(message, name.len());
    put_text(&mut with, name);
    with
}

/// Adds a list of recipients for `group_send` to `message`, an encoded map.
pub(crate) fn with_recipients(message: &[u8], names: &[&str]) -> Vec<u8> {
    let mut with = extended(message, names.iter().map(|name| name.len() + 5).sum());
    put_length(&mut with, u32::try_from(names.len()).unwrap_or(u32::MAX), 0x90, 0xdc);
    for name in names {
        put_text(&mut with, name);
    }
    with
}

/// Returns the map with one more entry, of which only the key is written.
fn extended(message: &[u8], more: usize) -> Vec<u8> {
    let mut tokens = Tokens::new(message);
    let entries = match tokens.token() {
        Some(Token::Map(entries)) => entries,
        _ => 0,
    };
    let mut with = Vec::with_capacity(message.len() + KEY.len() + more + 16);
    put_length(&mut with, entries.saturating_add(1), 0x80, 0xde);
    with.extend_from_slice(tokens.rest());
    put_text(&mut with, KEY);
    with
}

/// Returns the recipients, and the message without them. The bytes after them are not checked.
///
/// # Errors
/// [`EnvelopeFault`] if the payload is not a map or its recipients are not valid.
pub(crate) fn split_recipients(payload: Bytes) -> Result<(Recipients, Bytes), EnvelopeFault> {
    let mut tokens = Tokens::new(&payload);
    let Some(Token::Map(entries)) = tokens.token() else { return Err(EnvelopeFault::NotAMap) };
    let first = tokens.rest();
    for _ in 0..entries {
        let before = first.len() - tokens.rest().len();
        if skip_key(&mut tokens).ok_or(EnvelopeFault::Malformed)? {
            let recipients = recipients(&mut tokens)?;
            let mut without = Vec::with_capacity(payload.len());
            put_length(&mut without, entries - 1, 0x80, 0xde);
            without.extend_from_slice(&first[..before]);
            without.extend_from_slice(tokens.rest());
            return Ok((recipients, without.into()));
        }
        tokens.skip().ok_or(EnvelopeFault::Malformed)?;
    }
    Ok((Recipients::Reader, payload))
}

/// Skips a key. Returns whether it was [`KEY`].
fn skip_key(tokens: &mut Tokens<'_>) -> Option<bool> {
    let key = *tokens;
    tokens.skip()?;
    Some({ key }.token() == Some(Token::Text(KEY.as_bytes())))
}

fn recipients(tokens: &mut Tokens<'_>) -> Result<Recipients, EnvelopeFault> {
    match tokens.token().ok_or(EnvelopeFault::Malformed)? {
        Token::List(count) => (0..count).map(|_| name(tokens.token())).collect::<Result<_, _>>().map(Recipients::Channels),
        one => Ok(Recipients::Channels(vec![name(Some(one))?])),
    }
}

fn name(token: Option<Token<'_>>) -> Result<String, EnvelopeFault> {
    match token.ok_or(EnvelopeFault::Malformed)? {
        Token::Text(name) => String::from_utf8(name.to_vec()).map_err(|_| EnvelopeFault::Recipients),
        _ => Err(EnvelopeFault::Recipients),
    }
}

/// Writes a text with the shortest header, as Python's msgpack does. Names are shorter than 100 bytes.
fn put_text(into: &mut Vec<u8>, text: &str) {
    match text.len() {
        short @ 0..=0x1f => into.push(0xa0 | short as u8),
        long @ 0x20..=0xff => into.extend_from_slice(&[0xd9, long as u8]),
        longer => {
            into.push(0xdb);
            into.extend_from_slice(&(longer as u32).to_be_bytes());
        }
    }
    into.extend_from_slice(text.as_bytes());
}

/// Writes the shortest header of a map (`fix` 0x80, `wide` 0xde) or a list (0x90, 0xdc).
fn put_length(into: &mut Vec<u8>, length: u32, fix: u8, wide: u8) {
    match length {
        short @ 0..=0x0f => into.push(fix | short as u8),
        long @ 0x10..=0xffff => {
            into.push(wide);
            into.extend_from_slice(&(long as u16).to_be_bytes());
        }
        longer => {
            into.push(wide + 1);
            into.extend_from_slice(&longer.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use serde::{Deserialize, de::IgnoredAny};
    use serde_json::{Map, Value, json};

    use super::*;

    /// Generates the same numbers at each run (SplitMix64).
    struct Rng(u64);

    impl Rng {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (mixed ^ (mixed >> 31)) % limit
        }

        fn length(&mut self) -> u64 {
            [0, 1, 3, 15, 16, 40][self.below(6) as usize]
        }

        fn text(&mut self) -> String {
            let length = [0, 5, 31, 32, 255, 256, 300][self.below(7) as usize];
            (0..length).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
        }

        fn value(&mut self, depth: u32) -> Value {
            match self.below(if depth > 3 { 5 } else { 7 }) {
                0 => Value::Null,
                1 => (self.below(2) == 0).into(),
                2 => (self.below(u64::MAX) >> self.below(64)).into(),
                3 => (-((self.below(u64::MAX) >> self.below(64)) as f64)).into(),
                4 => self.text().into(),
                5 => (0..self.length() / 4).map(|_| self.value(depth + 1)).collect(),
                _ => self.map(depth + 1).into(),
            }
        }

        fn map(&mut self, depth: u32) -> Map<String, Value> {
            let entries = if depth == 0 { self.length() } else { self.length() / 4 };
            (0..entries).map(|at| (format!("{at}{}", self.text()), self.value(depth + 1))).collect()
        }
    }

    fn packed(value: &Value) -> Vec<u8> {
        rmp_serde::to_vec(value).unwrap()
    }

    fn unpacked(bytes: &[u8]) -> Value {
        rmp_serde::from_slice(bytes).unwrap()
    }

    #[test]
    fn removes_the_recipients_that_were_added() {
        let mut rng = Rng(7);
        for _ in 0..500 {
            let value = Value::Object(rng.map(0));
            let message = packed(&value);
            let names: Vec<_> = (0..rng.length()).map(|at| format!("asgispecific.{at}!{}", rng.text())).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();

            let to_all = with_recipients(&message, &names);
            let mut with = value.clone();
            with[KEY] = json!(names);
            assert_eq!(unpacked(&to_all), with);
            let (recipients, rest) = split_recipients(to_all.into()).unwrap();
            assert_eq!(
                (recipients, &rest[..]),
                (Recipients::Channels(names.iter().map(|&n| n.to_owned()).collect()), &message[..])
            );

            let to_one = with_recipient(&message, "specific.a!b");
            with[KEY] = json!("specific.a!b");
            assert_eq!(unpacked(&to_one), with);
            let (recipients, rest) = split_recipients(to_one.into()).unwrap();
            assert_eq!((recipients, &rest[..]), (Recipients::Channels(vec!["specific.a!b".into()]), &message[..]));
        }
    }

    #[test]
    fn adds_recipients_to_large_maps_and_lists() {
        for entries in [14, 15, 16, 65_534, 65_535, 65_536] {
            let message = packed(&(0..entries).map(|at| (at.to_string(), Value::Null)).collect());
            assert_eq!(split_recipients(with_recipient(&message, "a!b").into()).unwrap().1, message, "{entries}");
            let names = vec!["a!b"; entries];
            let (recipients, rest) = split_recipients(with_recipients(&message, &names).into()).unwrap();
            assert!(matches!(recipients, Recipients::Channels(read) if read == names));
            assert_eq!(rest, message);
        }
    }

    #[test]
    fn finds_the_recipients_anywhere_among_the_keys() {
        for names_at in 0..3 {
            let mut entries = vec![&b"\xa4type\xa1a"[..], b"\xa1x\x81\xb0__asgi_channel__\x01"]; // the inner one is the message's own
            entries.insert(names_at, b"\xb0__asgi_channel__\x91\xd9\x03a!b");
            let payload = [&b"\x83"[..], &entries.concat()].concat();
            let (recipients, rest) = split_recipients(payload.into()).unwrap();
            assert_eq!(recipients, Recipients::Channels(vec!["a!b".into()]));
            assert_eq!(rest, &b"\x82\xa4type\xa1a\xa1x\x81\xb0__asgi_channel__\x01"[..], "{names_at}");
        }
    }

    #[test]
    fn does_not_change_a_message_without_recipients() {
        for payload in [&b"\x80"[..], b"\x81\xa4type\xa1a", b"\x81\xc4\x10__asgi_channel__\xa1a", b"\x81\x01\x02"] {
            let payload = Bytes::from_static(payload);
            let (recipients, rest) = split_recipients(payload.clone()).unwrap();
            assert_eq!((recipients, rest.as_ptr()), (Recipients::Reader, payload.as_ptr()));
        }
    }

    #[test]
    fn refuses_a_hostile_payload() {
        let key = b"\xb0__asgi_channel__";
        let keyed = |names: &[u8]| [b"\x81", &key[..], names].concat();
        for (payload, fault) in [
            (Vec::new(), EnvelopeFault::NotAMap),
            (b"\x91\x01".to_vec(), EnvelopeFault::NotAMap),
            (b"{\"type\": \"a\"}".to_vec(), EnvelopeFault::NotAMap),
            (b"\xde\0".to_vec(), EnvelopeFault::NotAMap),
            (b"\xdf\xff\xff\xff\xff\xa1a\x01".to_vec(), EnvelopeFault::Malformed),
            (b"\x81\xdb\xff\xff\xff\xffa".to_vec(), EnvelopeFault::Malformed),
            (b"\x81\xa1a\xdd\xff\xff\xff\xff\xdf\xff\xff\xff\xff".to_vec(), EnvelopeFault::Malformed),
            ([b"\x81\xa1a", &[0x91; 1_000_000][..]].concat(), EnvelopeFault::Malformed),
            (keyed(b""), EnvelopeFault::Malformed),
            (keyed(b"\xdd\xff\xff\xff\xff\xa1a"), EnvelopeFault::Malformed),
            (keyed(b"\x91\xd9\x05a!b"), EnvelopeFault::Malformed),
            (keyed(b"\xc0"), EnvelopeFault::Recipients),
            (keyed(b"\x07"), EnvelopeFault::Recipients),
            (keyed(b"\x80"), EnvelopeFault::Recipients),
            (keyed(b"\xc4\x03a!b"), EnvelopeFault::Recipients),
            (keyed(b"\x91\x91\xa1a"), EnvelopeFault::Recipients),
            (keyed(b"\xa2\xff\xfe"), EnvelopeFault::Recipients),
            (keyed(b"\x91\xa2\xff\xfe"), EnvelopeFault::Recipients),
        ] {
            assert_eq!(split_recipients(payload.clone().into()), Err(fault), "{:x?}", &payload[..payload.len().min(40)]);
        }
    }

    #[test]
    fn a_second_recipients_key_stays_in_the_message() {
        let payload = b"\x83\xb0__asgi_channel__\xa3a!b\xa4type\xa1a\xb0__asgi_channel__\xa3c!d";
        let (_, rest) = split_recipients(Bytes::from_static(payload)).unwrap();
        assert!(matches!(catamaran::Message::decode(rest), Err(catamaran::MessageError::ReservedKey(KEY))));
    }

    #[test]
    fn skips_random_bytes_as_rmp_serde_does() {
        let mut rng = Rng(11);
        let mut whole = 0;
        for _ in 0..200_000 {
            // Headers of maps, lists and extensions more often than by chance.
            let bytes: Vec<_> =
                (0..12).map(|_| [rng.below(256), rng.below(4), 0x80 + rng.below(0x70)][rng.below(3) as usize] as u8).collect();
            let mut theirs = rmp_serde::Deserializer::new(Cursor::new(&bytes));
            let expected = IgnoredAny::deserialize(&mut theirs).ok().map(|_| theirs.position() as usize);
            let mut ours = Tokens::new(&bytes);
            let read = ours.skip().map(|()| bytes.len() - ours.rest().len());
            assert_eq!(read, expected, "{bytes:x?}");
            whole += usize::from(read.is_some_and(|read| read > 1));
        }
        assert!(whole > 10_000, "{whole} of them were more than one byte");
    }
}
