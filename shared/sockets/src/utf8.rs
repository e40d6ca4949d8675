//! Checks whether a text that arrives in pieces is UTF-8.

use std::str::from_utf8;

/// The text so far is not UTF-8, whatever bytes follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotUtf8;

/// The state of the check: the bytes of a character that has not arrived completely.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Utf8 {
    begun: [u8; 4],
    len: u8,
}

impl Utf8 {
    /// Checks the next bytes of the text.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Result<(), NotUtf8> {
        while self.len > 0 {
            let Some((&next, rest)) = bytes.split_first() else { return Ok(()) };
            self.begun[usize::from(self.len)] = next;
            self.len += 1;
            bytes = rest;
            match from_utf8(&self.begun[..usize::from(self.len)]) {
                Ok(_) => self.len = 0,
                Err(fault) if fault.error_len().is_some() => return Err(NotUtf8),
                Err(_) => {}
            }
        }
        self.begin(bytes)
    }

    /// Checks bytes that begin with a character.
    fn begin(&mut self, bytes: &[u8]) -> Result<(), NotUtf8> {
        let Err(fault) = from_utf8(bytes) else { return Ok(()) };
        if fault.error_len().is_some() {
            return Err(NotUtf8);
        }
        let begun = &bytes[fault.valid_up_to()..];
        self.begun[..begun.len()].copy_from_slice(begun);
        self.len = begun.len() as u8; // at most 3
        Ok(())
    }

    /// Whether the last character is complete.
    pub(crate) fn is_complete(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of bytes after which a fault is found, pushed one by one.
    fn fault_at(text: &[u8]) -> Option<usize> {
        let mut utf8 = Utf8::default();
        text.iter().position(|&byte| utf8.push(&[byte]).is_err()).map(|at| at + 1)
    }

    #[test]
    fn finds_a_fault_at_its_first_byte() {
        for (text, expected) in [
            (&b"plain"[..], None),
            ("κόσμε 방 \u{10FFFF}".as_bytes(), None),
            (b"\xce", None),
            (b"\xff", Some(1)),
            (b"a\x80", Some(2)),
            (b"\xc0\x80", Some(1)),
            (b"\xe0\x80\x80", Some(2)),
            (b"\xed\xa0\x80", Some(2)),
            (b"\xf4\x90\x80\x80", Some(2)),
            (b"\xf5\x80", Some(1)),
            (b"\xce\xbaa\xce\xce", Some(5)),
        ] {
            assert_eq!(fault_at(text), expected, "{text:x?}");
        }
    }

    #[test]
    fn agrees_with_the_whole_text_however_it_is_split() {
        for text in [&b"\xce\xba\xf0\x9f\x98\x80z"[..], b"\xf0\x9f\x98", b"\xe2\x82\xac\xe2\x82", b"ab\xc3\x28cd"] {
            for first in 0..=text.len() {
                for second in first..=text.len() {
                    let mut utf8 = Utf8::default();
                    let pieces = [&text[..first], &text[first..second], &text[second..]];
                    let is_right = pieces.iter().all(|piece| utf8.push(piece).is_ok()) && utf8.is_complete();
                    assert_eq!(is_right, from_utf8(text).is_ok(), "{text:x?} at {first} and {second}");
                }
            }
        }
    }
}
