//! Finds values that only Python's `json` writes and reads: they are not JSON, or are numbers that MessagePack cannot hold. A JSON parser
//! gives them no name, and reads a too large integer as a float.

/// A value that only Python's `json` supports, and its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PythonOnly {
    pub(super) what: &'static str,
    /// The offset of the value in bytes.
    pub(super) at: usize,
}

/// The length of a piece of JSON in bytes, and the name of an unsupported value in it.
type Piece = (usize, Option<&'static str>);

/// Returns the first such value. Other syntax errors are not reported.
pub(super) fn first_python_only(json: &[u8]) -> Option<PythonOnly> {
    let mut at = 0;
    while let Some(first) = json.get(at) {
        let (length, what) = match first {
            b'"' => text(&json[at..]),
            b'-' | b'0'..=b'9' => number(&json[at..]),
            b'N' if json[at..].starts_with(b"NaN") => (3, Some("NaN")),
            b'I' if json[at..].starts_with(b"Infinity") => (8, Some("an infinity")),
            _ => (1, None),
        };
        if let Some(what) = what {
            return Some(PythonOnly { what, at });
        }
        at += length;
    }
    None
}

/// Reads the text that `json` begins with.
fn text(json: &[u8]) -> Piece {
    let mut at = 1;
    while let Some(byte) = json.get(at) {
        at += match byte {
            b'"' => return (at + 1, None),
            b'\\' => match unit(&json[at..]) {
                Some(0xd800..=0xdbff) if matches!(unit(&json[at + 6..]), Some(0xdc00..=0xdfff)) => 12,
                Some(0xd800..=0xdfff) => return (at, Some("half of a surrogate pair")),
                Some(_) => 6,
                None => 2,
            },
            _ => 1,
        };
    }
    (at, None)
}

/// Returns the UTF-16 unit of the `\uXXXX` that `json` begins with.
fn unit(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(br"\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Reads the number that `json` begins with.
fn number(json: &[u8]) -> Piece {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    let number = &json[..json.iter().take_while(|byte| is_part(byte)).count()];
    let is_large = number.len() >= "18446744073709551616".len() && number[1..].iter().all(u8::is_ascii_digit);
    let fits = |digits: &str| digits.parse::<u64>().is_ok() || digits.parse::<i64>().is_ok();
    let what = (is_large && !std::str::from_utf8(number).is_ok_and(fits)).then_some("an integer of more than 64 bits");
    (number.len(), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Option<(&'static str, usize)> {
        first_python_only(json.as_bytes()).map(|python_only| (python_only.what, python_only.at))
    }

    #[test]
    fn finds_each_value_and_its_position() {
        assert_eq!(found(r#"{"a": NaN}"#), Some(("NaN", 6)));
        assert_eq!(found("[1, -Infinity]"), Some(("an infinity", 5)));
        assert_eq!(found(r#"["", "a\ud800"]"#), Some(("half of a surrogate pair", 5)));
        assert_eq!(found(r#""\udc00\ud800""#), Some(("half of a surrogate pair", 0)));
        assert_eq!(found(r#""\ud800\u0041""#), Some(("half of a surrogate pair", 0)));
        assert_eq!(found("[18446744073709551616]"), Some(("an integer of more than 64 bits", 1)));
        assert_eq!(found("-9223372036854775809"), Some(("an integer of more than 64 bits", 0)));
        assert_eq!(found(&"9".repeat(400)), Some(("an integer of more than 64 bits", 0)));
    }

    #[test]
    fn accepts_valid_json() {
        for json in [
            r#"{"NaN": "Infinity -Infinity NaN \" NaN \\"}"#,
            r#""\ud83e\udd80 \uD83E\uDD80 \\ud800""#,
            "[18446744073709551615, -9223372036854775808, 18446744073709551616.0, 123456789012345678901234567890e1, 1e+22]",
            "[0.00000000000000000000000000001, -0, 1E-30]",
        ] {
            assert_eq!(found(json), None, "{json}");
            assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{json}");
        }
    }

    #[test]
    fn ends_on_invalid_and_cut_input() {
        for rubbish in ["", "\"", "\"\\", "\"\\u", "\"\\ud800", "\"\\ud800\\", "-", "--------------------", "N", "\"\\u+12é"] {
            for end in (0..=rubbish.len()).filter(|end| rubbish.is_char_boundary(*end)) {
                let _ = found(&rubbish[..end]);
            }
        }
        assert_eq!(found("Nothing Is json"), None);
    }
}
