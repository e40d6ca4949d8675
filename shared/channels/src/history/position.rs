//! Positions of messages in the history of a group, and their form inside an encoded message.

use std::fmt;

use bytes::Bytes;

use crate::message::MessageError;

/// The key that holds the position, as the last one of the encoded map.
pub(crate) const KEY: &str = "__asgi_position__";
/// The number of digits of an epoch (hexadecimal) and of an offset (decimal).
const EPOCH_DIGITS: usize = 16;
const OFFSET_DIGITS: usize = 16;
/// The last offset that has a text.
const LAST_OFFSET: u64 = 9_999_999_999_999_999;
/// The number of bytes that a position adds to an encoded message: the header of the key, the key, the header of the text, the text.
pub const POSITION_BYTES: usize = 1 + KEY.len() + 2 + Position::TEXT_LENGTH;

/// The place of a message in the history of its group.
///
/// The first message of an epoch has the offset 1, each further one the next number. A backend that may have lost messages begins a new
/// epoch with a random number. Positions of two epochs, or of two groups, cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
// Exhaustive: the text of a position, which clients may keep, has just these two parts.
pub struct Position {
    /// The epoch.
    pub epoch: u64,
    /// The number of the message in its epoch; 0 is the place before the first message.
    pub offset: u64,
}

/// A text is no position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no position of a message: expected 16 hexadecimal digits, '-' and 16 digits")]
pub struct PositionError;

impl Position {
    /// The length of a position's text in bytes. It is fixed, so that a backend can overwrite one position by another.
    pub const TEXT_LENGTH: usize = EPOCH_DIGITS + 1 + OFFSET_DIGITS;

    /// Parses the text of a position: `0123456789abcdef-0000000000000042`.
    ///
    /// # Errors
    /// [`PositionError`] if it has another form.
    pub fn parse(text: &str) -> Result<Self, PositionError> {
        let (epoch, offset) = text.split_once('-').ok_or(PositionError)?;
        let is_hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_sound = epoch.len() == EPOCH_DIGITS
            && offset.len() == OFFSET_DIGITS
            && epoch.bytes().all(is_hexadecimal)
            && offset.bytes().all(|byte| byte.is_ascii_digit());
        if !is_sound {
            return Err(PositionError);
        }
        let epoch = u64::from_str_radix(epoch, 16).map_err(|_| PositionError)?;
        Ok(Self { epoch, offset: offset.parse().map_err(|_| PositionError)? })
    }

    /// Returns the position of the next message of the epoch.
    #[must_use]
    pub fn next(self) -> Self {
        Self { offset: self.offset.saturating_add(1), ..self }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{:016}", self.epoch, self.offset.min(LAST_OFFSET))
    }
}

impl std::str::FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        Self::parse(text)
    }
}

/// Returns `message`, an encoded map, with `position` as its last entry: the last [`Position::TEXT_LENGTH`] bytes are its text. For layers
/// whose backend gives the positions. [`Message::decode`](crate::Message::decode) takes the entry out again.
///
/// # Errors
/// [`MessageError::Shape`] if the map's header has a form that no serializer writes.
pub fn with_position(message: &[u8], position: Position) -> Result<Vec<u8>, MessageError> {
    let text = position.to_string();
    crate::message::with_text_field(message, KEY, &text).ok_or_else(|| MessageError::Shape("its header is unusual".to_owned()))
}

/// Takes the position out of an encoded map that has [`KEY`]. `None` if its entry is not the last one, or holds no position: then a sender
/// wrote it, and no layer.
pub(crate) fn split(message: &Bytes) -> Option<(Bytes, Position)> {
    let rest = message.len().checked_sub(POSITION_BYTES)?;
    let entry = &message[rest..];
    let text = &entry[POSITION_BYTES - Position::TEXT_LENGTH..];
    // Both headers have the one form that Python and Rust write: a short text, and a text with one byte for its length.
    let head = [&[0xa0 | KEY.len() as u8], KEY.as_bytes(), &[0xd9, Position::TEXT_LENGTH as u8]].concat();
    if !entry.starts_with(&head) {
        return None;
    }
    let position = Position::parse(std::str::from_utf8(text).ok()?).ok()?;
    let without = crate::message::with_one_field_less(&message[..rest])?;
    Some((without.into(), position))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Message;

    const POSITION: Position = Position { epoch: 0x0123_4567_89ab_cdef, offset: 42 };

    #[test]
    fn parses_the_text_that_it_writes() {
        assert_eq!(POSITION.to_string(), "0123456789abcdef-0000000000000042");
        for position in [POSITION, Position { epoch: 0, offset: 0 }, Position { epoch: u64::MAX, offset: LAST_OFFSET }] {
            assert_eq!(position.to_string().len(), Position::TEXT_LENGTH);
            assert_eq!(Position::parse(&position.to_string()), Ok(position));
        }
    }

    #[test]
    fn refuses_other_texts() {
        let text = POSITION.to_string();
        for bad in ["", "-", "1-1", &text[1..], &format!("{text}0"), &text.to_uppercase(), &text.replace('-', "+"), "é"] {
            assert_eq!(Position::parse(bad), Err(PositionError), "{bad}");
        }
        assert_eq!(Position::parse("+123456789abcdef-0000000000000042"), Err(PositionError));
        assert_eq!(Position::parse("0123456789abcdef-+000000000000042"), Err(PositionError));
    }

    #[test]
    fn a_message_is_the_same_after_its_position_was_taken_out() {
        for fields in [1_usize, 13, 14, 15, 16, 65_534, 65_535, 65_536] {
            let mut event: serde_json::Map<_, _> = (1..fields).map(|n| (format!("field{n}"), json!(n))).collect();
            event.insert("type".to_owned(), json!("a"));
            let message = Message::new(&event).unwrap();
            let with = with_position(message.encoded(), POSITION).unwrap();
            assert!(with.ends_with(POSITION.to_string().as_bytes()));
            let read = Message::decode(with.into()).unwrap();
            assert_eq!((read.position(), read.encoded()), (Some(POSITION), message.encoded()), "{fields}");
        }
    }

    #[test]
    fn a_message_of_the_largest_size_may_have_a_position() {
        let largest = crate::MAX_MESSAGE_BYTES - 15; // the map's header, the type, the key, and the header of the text
        let message = Message::new(&json!({ "type": "a", "b": "x".repeat(largest) })).unwrap();
        assert_eq!(message.encoded().len(), crate::MAX_MESSAGE_BYTES);
        let with = with_position(message.encoded(), POSITION).unwrap();
        assert_eq!(Message::decode(with.into()).unwrap().position(), Some(POSITION));
    }

    #[test]
    fn only_the_last_entry_is_a_position() {
        let text = POSITION.to_string();
        let first = rmp_serde::to_vec(&json!({ "__asgi_position__": text, "type": "a" })).unwrap();
        let number = rmp_serde::to_vec(&json!({ "type": "a", "z": { "__asgi_position__": text } })).unwrap();
        let inner = [b"\x82\xa4type\xa1a\xa1z\xc4\x35".as_slice(), &number[number.len() - POSITION_BYTES..]].concat();
        for bytes in [first, number, inner] {
            let read = Message::decode(bytes.clone().into()).unwrap();
            assert_eq!((read.position(), &read.encoded()[..]), (None, &bytes[..]));
        }
    }

    #[test]
    fn a_program_cannot_make_a_message_with_a_position() {
        let event = json!({ "type": "a", "__asgi_position__": POSITION.to_string() });
        assert!(matches!(Message::new(&event), Err(MessageError::ReservedKey(KEY))));
        assert!(matches!(Message::from_json(&event), Err(MessageError::ReservedKey(KEY))));
        assert!(Message::new(&json!({ "type": "a", "b": Value::Null })).unwrap().position().is_none());
    }
}
