//! Integers in JSON that are too large for an event.

/// Returns the first integer in the well-formed `json` that does not fit into 64 bits. The parser would round it to a float.
pub(crate) fn too_large(json: &str) -> Option<&str> {
    let mut rest = json;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        rest = &rest[at..];
        if let Some(text) = rest.strip_prefix('"') {
            rest = after_text(text);
            continue;
        }
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        let is_float = number.contains(['.', 'e', 'E']);
        if !is_float && number.parse::<i64>().is_err() && number.parse::<u64>().is_err() {
            return Some(number);
        }
        rest = behind;
    }
    None
}

/// Returns what follows the closing quotation mark of a string.
fn after_text(text: &str) -> &str {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_integer_that_does_not_fit() {
        for fits in [
            r#"{"a": 18446744073709551615, "b": -9223372036854775808, "c": [0, -1]}"#,
            r#"{"99999999999999999999": "\\\"99999999999999999999", "b": 1e30, "c": 99999999999999999999.0, "d": "안 \\"}"#,
            "",
        ] {
            assert_eq!(too_large(fits), None, "{fits}");
        }
        for (json, number) in [
            (r#"{"a": 1, "b": [18446744073709551616]}"#, "18446744073709551616"),
            (r#"{"a": "\\", "b": -9223372036854775809}"#, "-9223372036854775809"),
        ] {
            assert_eq!(too_large(json), Some(number));
        }
    }
}
