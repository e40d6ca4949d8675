//! Converts JSON payloads of other processes into MessagePack.

use std::fmt;

use serde::{
    Serialize,
    de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor},
};

use super::python_json::{self, PythonOnly};

/// The reason why a payload is not a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FromJsonFault {
    /// It is not JSON. Holds the parser's error with line and column, which shows no content.
    Syntax(String),
    /// It holds a value that only Python's `json` supports.
    PythonOnly(PythonOnly),
}

/// Converts the one value in `json` into MessagePack. It is a stream parser, so it needs little memory beside the result.
///
/// Maps and lists get the longest header, since their length is known only at their end. A repeated key stays repeated.
pub(super) fn from_json(json: &[u8]) -> Result<Vec<u8>, FromJsonFault> {
    if let Some(python_only) = python_json::first_python_only(json) {
        return Err(FromJsonFault::PythonOnly(python_only));
    }
    let mut message = Vec::with_capacity(json.len());
    let mut parser = serde_json::Deserializer::from_slice(json); // its depth is limited to 128
    Transcode(&mut message)
        .deserialize(&mut parser)
        .and_then(|()| parser.end())
        .map_err(|fault| FromJsonFault::Syntax(fault.to_string()))?;
    Ok(message)
}

/// A visitor that writes each value as MessagePack.
struct Transcode<'a>(&'a mut Vec<u8>);

impl Transcode<'_> {
    fn put<T: Serialize + ?Sized, E: serde::de::Error>(self, value: &T) -> Result<(), E> {
        rmp_serde::encode::write(self.0, value).map_err(E::custom)
    }

    /// Writes the header of a list or a map, then the entries. `entries` returns their number.
    fn counted<E: serde::de::Error>(self, header: u8, entries: impl FnOnce(&mut Vec<u8>) -> Result<u32, E>) -> Result<(), E> {
        self.0.extend_from_slice(&[header, 0, 0, 0, 0]);
        let start = self.0.len();
        let count = entries(self.0)?;
        self.0[start - 4..start].copy_from_slice(&count.to_be_bytes());
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Transcode<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Transcode<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.put(&())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.put(&value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.put(&value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.put(&value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.put(&value)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.put(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.counted(0xdd, |message| {
            let mut count = 0;
            while list.next_element_seed(Transcode(message))?.is_some() {
                count = one_more(count)?;
            }
            Ok(count)
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.counted(0xdf, |message| {
            let mut count = 0;
            while map.next_key_seed(Transcode(message))?.is_some() {
                map.next_value_seed(Transcode(message))?;
                count = one_more(count)?;
            }
            Ok(count)
        })
    }
}

fn one_more<E: serde::de::Error>(count: u32) -> Result<u32, E> {
    count.checked_add(1).ok_or_else(|| E::custom("more entries than MessagePack can count"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn unpacked(json: &str) -> Value {
        rmp_serde::from_slice(&from_json(json.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn converts_every_kind_of_value() {
        for json in [
            "null",
            "true",
            "[1, -1, 0, 255, 256, 65536, 4294967296, 18446744073709551615, -9223372036854775808, 9007199254740993]",
            "[0.1, -0.0, 1.0, 1e300, 5e-324, 1e19, -1E-7]",
            r#"{"type": "chat.message", "text": "\uc548\ub155 \ud83e\udd80 \" \\ \/ \u0000", "nested": {"": [[], {}, null]}}"#,
        ] {
            assert_eq!(unpacked(json), serde_json::from_str::<Value>(json).unwrap());
        }
        let long = format!("[{}]", vec!["7"; 70_000].join(","));
        assert_eq!(unpacked(&long).as_array().map(Vec::len), Some(70_000));
    }

    #[test]
    fn keeps_integers_and_floats_apart() {
        assert_eq!(from_json(b"[1, 1.0]").unwrap(), b"\xdd\0\0\0\x02\x01\xcb\x3f\xf0\0\0\0\0\0\0");
    }

    #[test]
    fn a_fault_shows_its_position_but_no_content() {
        for (json, place) in [
            ("", "line 1 column 0"),
            (r#"{"secret": tru}"#, "line 1 column"),
            ("{\"secret\": 1}\nsecret", "line 2 column 1"),
            ("\"\u{1}secret\"", "line 1 column"),
            (r#"{"a": 1, secret: 2}"#, "line 1 column 10"),
            (r#"[1e999, "secret"]"#, "out of range at line 1 column"),
        ] {
            let Err(FromJsonFault::Syntax(words)) = from_json(json.as_bytes()) else { panic!("{json}") };
            assert!(words.contains(place) && !words.contains("secret"), "{words}");
        }
        assert!(matches!(from_json(b"\"\xff\""), Err(FromJsonFault::Syntax(_))), "not UTF-8");
        assert!(matches!(from_json(&[b'['; 100_000]), Err(FromJsonFault::Syntax(words)) if words.contains("recursion")));
    }

    #[test]
    fn keeps_the_exact_value_of_a_float() {
        let mut bits = 1_u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            for float in [f64::from_bits(bits), 1.7e9 + (bits >> 32) as f64 / 1e6].into_iter().filter(|float| float.is_finite()) {
                let message = from_json(format!("{float:?}").as_bytes()).unwrap();
                assert_eq!(rmp_serde::from_slice::<f64>(&message).unwrap().to_bits(), float.to_bits(), "{float:?}");
            }
        }
    }

    #[test]
    fn names_a_value_that_only_python_supports() {
        assert!(matches!(from_json(br#"{"a": NaN}"#), Err(FromJsonFault::PythonOnly(_))));
    }

    #[test]
    fn the_message_is_at_most_three_times_as_large_as_the_json() {
        let json = format!("[{}[]]", "[],".repeat(50_000));
        assert!(from_json(json.as_bytes()).unwrap().len() < 3 * json.len());
    }
}
