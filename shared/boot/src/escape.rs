//! Escapes text for a terminal: names and events come from outside and may hold control characters.

use std::io::{self, Write};

/// A writer that escapes control characters, and characters that change the order or direction of text.
///
/// It escapes them as JSON does, so that a line of JSON stays the same JSON. A tool that shows text from outside writes all its output through it.
pub struct Escaped<'a>(pub &'a mut dyn Write);

impl Write for Escaped<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for chunk in bytes.utf8_chunks() {
            self.0.write_all(escaped(chunk.valid()).as_bytes())?;
            for byte in chunk.invalid() {
                write!(self.0, "\\x{byte:02x}")?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// `text` with those characters escaped. Line feeds stay.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match needs_escape(c) {
            true => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => escaped.push(c),
        }
    }
    escaped
}

/// C0 and C1 controls, and Unicode's controls of direction and line ends. All have four hexadecimal digits.
fn needs_escape(c: char) -> bool {
    let is_bidi = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_line = matches!(c, '\u{2028}' | '\u{2029}');
    (c.is_control() && c != '\n') || is_bidi || is_line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_control_characters_and_nothing_else() {
        let controls = (0..=0x9f).filter_map(char::from_u32).filter(|c| c.is_control() && *c != '\n');
        let others =
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2028}\u{2029}\u{2066}\u{2067}\u{2068}\u{2069}";
        for c in controls.chain(others.chars()) {
            assert_eq!(escaped(&c.to_string()), format!("\\u{:04x}", u32::from(c)));
        }
        for text in ["a\nb", "안녕", "👩\u{200d}🚀", "é", "عربى"] {
            assert_eq!(escaped(text), text);
        }
    }

    #[test]
    fn a_line_of_json_stays_the_same_json() {
        let event = serde_json::json!({ "text": "\u{1b}[31m\u{9b}2J\u{202e}\u{7f}\u{0}안녕" });
        let mut out = Vec::new();
        write!(Escaped(&mut out), "{event}").unwrap();
        let line = String::from_utf8(out).unwrap();
        assert!(line.chars().all(|c| !needs_escape(c)), "{line:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), event);
    }

    #[test]
    fn escapes_bytes_that_are_not_utf8() {
        let mut out = Vec::new();
        Escaped(&mut out).write_all(b"a\xff\x9bb").unwrap();
        assert_eq!(out, b"a\\xff\\x9bb");
    }
}
