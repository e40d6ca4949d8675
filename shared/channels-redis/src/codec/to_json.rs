//! Converts our messages from MessagePack into JSON payloads.

use serde::Serialize;

use super::tokens::{Token, Tokens};

/// The deepest nesting of maps and lists, as in a [`catamaran::Message`].
const MAX_DEPTH: u32 = 128;
/// The number of characters of a path to show: outsiders may have chosen the keys.
const SHOWN: usize = 100;

/// The reason why a message cannot become JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ToJsonFault {
    /// It is no MessagePack, or is nested too deeply.
    Malformed,
    /// JSON cannot hold a value.
    Unsupported {
        /// The path of the value: `payload.avatar[3]`.
        path: String,
        /// The kind of value, and what to send instead.
        what: &'static str,
    },
}

/// Converts the one value in `message` into JSON.
pub(super) fn to_json(message: &[u8]) -> Result<Vec<u8>, ToJsonFault> {
    let mut walk = Walk { tokens: Tokens::new(message), json: Vec::with_capacity(message.len() + message.len() / 4) };
    walk.value(0)?;
    if walk.tokens.rest().is_empty() { Ok(walk.json) } else { Err(ToJsonFault::Malformed) }
}

struct Walk<'a> {
    tokens: Tokens<'a>,
    json: Vec<u8>,
}

impl Walk<'_> {
    fn value(&mut self, depth: u32) -> Result<(), ToJsonFault> {
        match self.tokens.token().filter(|_| depth <= MAX_DEPTH).ok_or(ToJsonFault::Malformed)? {
            Token::Nil => self.put(&()),
            Token::Bool(value) => self.put(&value),
            Token::Unsigned(value) => self.put(&value),
            Token::Signed(value) => self.put(&value),
            Token::Float(value) if value.is_finite() => self.put(&value),
            Token::Float(_) => Err(unsupported("NaN and infinities cannot travel as JSON: send null or a text, or use msgpack")),
            Token::Text(text) => self.text(text),
            Token::Bytes(_) => Err(unsupported("bytes cannot travel as JSON: send a text (base64), or use msgpack")),
            Token::Extension => {
                Err(unsupported("extension types cannot travel as JSON: send a text or a number, or use msgpack"))
            }
            Token::List(length) => self.list(length, depth),
            Token::Map(length) => self.map(length, depth),
        }
    }

    fn list(&mut self, length: u32, depth: u32) -> Result<(), ToJsonFault> {
        self.json.push(b'[');
        for at in 0..length {
            self.separate(at);
            self.value(depth + 1).map_err(|fault| fault.inside(&format!("[{at}]")))?;
        }
        self.json.push(b']');
        Ok(())
    }

    fn map(&mut self, length: u32, depth: u32) -> Result<(), ToJsonFault> {
        self.json.push(b'{');
        for at in 0..length {
            self.separate(at);
            let key = match self.tokens.token().ok_or(ToJsonFault::Malformed)? {
                Token::Text(key) => key,
                _ => return Err(unsupported("a key that is no text cannot travel as JSON: make it a text, or use msgpack")),
            };
            self.text(key)?;
            self.json.push(b':');
            self.value(depth + 1).map_err(|fault| fault.inside(&String::from_utf8_lossy(key)))?;
        }
        self.json.push(b'}');
        Ok(())
    }

    fn separate(&mut self, at: u32) {
        if at > 0 {
            self.json.push(b',');
        }
    }

    fn text(&mut self, text: &[u8]) -> Result<(), ToJsonFault> {
        match std::str::from_utf8(text) {
            Ok(text) => self.put(text),
            Err(_) => Err(unsupported("a text that is not UTF-8 cannot travel as JSON")),
        }
    }

    fn put<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ToJsonFault> {
        serde_json::to_writer(&mut self.json, value).map_err(|_| ToJsonFault::Malformed)
    }
}

fn unsupported(what: &'static str) -> ToJsonFault {
    ToJsonFault::Unsupported { path: String::new(), what }
}

impl ToJsonFault {
    /// Adds the name of the outer value to the path.
    fn inside(self, outer: &str) -> Self {
        let Self::Unsupported { path: inner, what } = self else { return self };
        let dot = if inner.is_empty() || inner.starts_with('[') { "" } else { "." };
        let outer = outer.chars().flat_map(char::escape_debug);
        let path = outer.chain(dot.chars()).chain(inner.chars()).take(SHOWN).collect();
        Self::Unsupported { path, what }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_bytes::Bytes;
    use serde_json::{Value, json};

    use super::*;

    fn packed(value: &impl Serialize) -> Vec<u8> {
        rmp_serde::to_vec_named(value).unwrap()
    }

    fn fault(value: &impl Serialize) -> (String, &'static str) {
        match to_json(&packed(value)) {
            Err(ToJsonFault::Unsupported { path, what }) => (path, what),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn converts_json_values_exactly() {
        let value = json!({
            "type": "a", "none": null, "yes": true, "no": false, "most": u64::MAX, "least": i64::MIN, "past": 9_007_199_254_740_993_u64,
            "float": 0.1, "one": 1.0, "tiny": 5e-324, "minus": -0.0, "text": "안녕 \u{1F980} \" \\ \n \0", "list": [[], {}, [1, [2]]],
        });
        let json = to_json(&packed(&value)).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&json).unwrap(), value);
        assert_eq!(to_json(&packed(&0.1_f32)).unwrap(), b"0.10000000149011612", "the exact value of the f32");
    }

    #[test]
    fn names_a_value_that_json_cannot_hold_with_its_path() {
        let (path, what) = fault(&BTreeMap::from([("payload", BTreeMap::from([("avatar", [Bytes::new(b"a")])]))]));
        assert_eq!((path.as_str(), what.split(':').next()), ("payload.avatar[0]", Some("bytes cannot travel as JSON")));
        let (path, what) = fault(&BTreeMap::from([("a", [[0.0, f64::NAN]])]));
        assert_eq!((path.as_str(), what.split(' ').next()), ("a[0][1]", Some("NaN")));
        let (path, what) = fault(&BTreeMap::from([("seats", BTreeMap::from([(7, "Lee")]))]));
        assert_eq!((path.as_str(), what.split(" cannot").next()), ("seats", Some("a key that is no text")));
        assert!(
            to_json(b"\xd6\xff\0\0\0\0").is_err()
                && to_json(b"\xcb\x7f\xf0\0\0\0\0\0\0").is_err()
                && to_json(b"\xa1\xff").is_err()
        );
    }

    #[test]
    fn shortens_a_path_and_keeps_it_in_one_line() {
        let deep = (0..100).fold(json!({ "leaf": [] }), |inner, _| json!({ "forged\nline": inner }));
        let mut bytes = packed(&deep);
        bytes.truncate(bytes.len() - 1);
        bytes.extend_from_slice(b"\xc4\0");
        let Err(ToJsonFault::Unsupported { path, .. }) = to_json(&bytes) else { panic!("bytes at the leaf") };
        assert!(path.starts_with("forged\\nline.forged") && path.chars().count() <= SHOWN, "{path}");
    }

    #[test]
    fn refuses_malformed_messages() {
        let deep = [&[0x91; 200][..], b"\xc0"].concat();
        for bytes in [&b""[..], b"\x81\xa1a", b"\x92\xc0", b"\xc1", b"\xc0\xc0", b"\xdf\xff\xff\xff\xff", &deep] {
            assert_eq!(to_json(bytes), Err(ToJsonFault::Malformed), "{bytes:x?}");
        }
        assert!(to_json(&[&[0x91; 128][..], b"\xc0"].concat()).is_ok());
    }
}
