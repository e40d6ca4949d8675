//! Messages as JSON, for tools that show or accept events. One mapping covers every value of MessagePack, both ways.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rmp_serde::MSGPACK_EXT_STRUCT_NAME;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
    ser::{Error as _, SerializeMap as _},
};
use serde_json::{Map, Value, json};

use crate::message::{Message, MessageError, from_msgpack};

const BYTES: &str = "$bytes";
const FLOAT: &str = "$float";
const MAP: &str = "$map";
const EXT: &str = "$ext";

impl Message {
    /// Returns the message as JSON, for display. [`Message::from_json`] converts it back.
    ///
    /// | in the message | in JSON |
    /// | --- | --- |
    /// | nil, booleans, texts, lists, integers of up to 64 bits, finite floats | themselves; integers with all their digits, floats with a point or an exponent |
    /// | a map with text keys | an object; its keys in alphabetical order |
    /// | bytes | `{"$bytes": "<base64>"}` |
    /// | NaN, infinities | `{"$float": "NaN"}`, `"Infinity"`, `"-Infinity"` |
    /// | any other map | `{"$map": [[key, value], …]}` |
    /// | an extension type (Python's `msgpack.Timestamp`) | `{"$ext": [type, "<base64>"]}` |
    ///
    /// A map whose only key begins with `$` is an "other" map. So a plain object is never confused with the forms above. A text that
    /// is not UTF-8 is shown as bytes; no program in Python or Rust sends one.
    pub fn to_json(&self) -> Value {
        // It cannot fail: the message was read to its end by the same rules when it was made.
        from_msgpack::<Shown>(self.encoded()).map_or(Value::Null, |shown| shown.0)
    }

    /// Makes the message that [`Message::to_json`] shows as `event`. JSON without `$` keys stands for itself.
    ///
    /// # Errors
    /// [`MessageError::Json`] if an object's only key begins with `$` and is unknown; otherwise as [`Message::new`].
    pub fn from_json(event: &Value) -> Result<Self, MessageError> {
        let bytes = rmp_serde::to_vec(&Meant(event)).map_err(|fault| MessageError::Json(fault.to_string()))?;
        Self::of_program(bytes.into())
    }
}

/// For a field that takes any value: `#[serde(deserialize_with = "catamaran::any_value")]`. The value has the form of
/// [`Message::to_json`].
///
/// # Errors
/// Those of `from`.
pub fn any_value<'de, D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
    from.deserialize_any(ShownVisitor)
}

/// The JSON form of a MessagePack value.
struct Shown(Value);

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        any_value(from).map(Self)
    }
}

struct ShownVisitor;

impl<'de> Visitor<'de> for ShownVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(match value {
            nan if nan.is_nan() => json!({ FLOAT: "NaN" }),
            f64::INFINITY => json!({ FLOAT: "Infinity" }),
            f64::NEG_INFINITY => json!({ FLOAT: "-Infinity" }),
            finite => finite.into(),
        })
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(json!({ BYTES: STANDARD.encode(value) }))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut shown = Vec::new();
        while let Some(Shown(value)) = list.next_element()? {
            shown.push(value);
        }
        Ok(shown.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((Shown(key), Shown(value))) = map.next_entry()? {
            entries.push((key, value));
        }
        Ok(object(&entries).unwrap_or_else(|| json!({ MAP: entries })))
    }

    /// rmp-serde calls this for extension types only.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let (kind, Blob(content)) = <(i8, Blob)>::deserialize(from)?;
        Ok(json!({ EXT: [kind, STANDARD.encode(content)] }))
    }
}

/// Returns the entries as an object, unless it could be confused with a `$` form. The last value of a repeated key counts.
fn object(entries: &[(Value, Value)]) -> Option<Value> {
    let texts = entries.iter().map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone())));
    let object = texts.collect::<Option<Map<_, _>>>()?;
    stands_for(&object).is_none().then_some(Value::Object(object))
}

/// A JSON value that serializes as the MessagePack value that it stands for.
struct Meant<'a>(&'a Value);

impl Serialize for Meant<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(list) => to.collect_seq(list.iter().map(Meant)),
            Value::Object(object) => match stands_for(object) {
                Some((name, content)) => meant_by(name, content, to),
                None => to.collect_map(object.iter().map(|(key, value)| (key, Meant(value)))),
            },
            plain => plain.serialize(to),
        }
    }
}

/// Returns the name and content of a `$` form.
fn stands_for(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (only, content) = object.iter().next().filter(|_| object.len() == 1)?;
    only.starts_with('$').then_some((only, content))
}

fn meant_by<S: Serializer>(name: &str, content: &Value, to: S) -> Result<S::Ok, S::Error> {
    match name {
        BYTES => to.serialize_bytes(&base64_of(content)?),
        FLOAT => match content.as_str() {
            Some("NaN") => to.serialize_f64(f64::NAN),
            Some("Infinity") => to.serialize_f64(f64::INFINITY),
            Some("-Infinity") => to.serialize_f64(f64::NEG_INFINITY),
            _ => Err(S::Error::custom("$float is \"NaN\", \"Infinity\" or \"-Infinity\"")),
        },
        MAP => {
            let entries = content.as_array().map(|entries| entries.iter().map(pair).collect::<Option<Vec<_>>>());
            let entries = entries.flatten().ok_or_else(|| S::Error::custom("$map is a list of pairs [key, value]"))?;
            let mut map = to.serialize_map(Some(entries.len()))?;
            for [key, value] in entries {
                map.serialize_entry(&Meant(key), &Meant(value))?;
            }
            map.end()
        }
        EXT => {
            let kind_and_content = pair(content).and_then(|[kind, content]| Some((i8::try_from(kind.as_i64()?).ok()?, content)));
            let (kind, content) = kind_and_content
                .ok_or_else(|| S::Error::custom("$ext is a pair of a number from -128 to 127 and a text in base64"))?;
            to.serialize_newtype_struct(MSGPACK_EXT_STRUCT_NAME, &(kind, Blob(base64_of(content)?)))
        }
        other => Err(S::Error::custom(format_args!(
            "an object whose only key begins with '$' stands for something: {BYTES}, {FLOAT}, {MAP} or {EXT}, not {other:?}; \
             the map itself is {{\"{MAP}\": [[key, value]]}}"
        ))),
    }
}

fn pair(list: &Value) -> Option<[&Value; 2]> {
    match list.as_array()?.as_slice() {
        [first, second] => Some([first, second]),
        _ => None,
    }
}

fn base64_of<E: serde::ser::Error>(text: &Value) -> Result<Vec<u8>, E> {
    let decoded = text.as_str().and_then(|text| STANDARD.decode(text).ok());
    decoded.ok_or_else(|| E::custom("$bytes and $ext hold a text in base64, with '+', '/' and padding"))
}

/// Bytes. serde would serialize a `Vec<u8>` as a list.
struct Blob(Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_bytes(BlobVisitor)
    }
}

struct BlobVisitor;

impl Visitor<'_> for BlobVisitor {
    type Value = Blob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Blob, E> {
        Ok(Blob(value.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event with one field, whose value has this encoding.
    fn event(value: &[u8]) -> Message {
        Message::decode([b"\x82\xa4type\xa1a\xa1v", value].concat().into()).unwrap()
    }

    fn fault(event: Value) -> String {
        Message::from_json(&event).unwrap_err().to_string()
    }

    #[test]
    fn shows_every_value_and_restores_it_to_the_byte() {
        for (bytes, shown) in [
            (&b"\xc0"[..], json!(null)),
            (b"\xc3", json!(true)),
            (b"\x07", json!(7)),
            (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", json!(u64::MAX)),
            (b"\xd3\x80\0\0\0\0\0\0\0", json!(i64::MIN)),
            (b"\xcf\0\x20\0\0\0\0\0\x01", json!(9_007_199_254_740_993_u64)),
            (b"\xcb\x3f\xf0\0\0\0\0\0\0", json!(1.0)),
            (b"\xcb\x80\0\0\0\0\0\0\0", json!(-0.0)),
            (b"\xcb\x7f\xf8\0\0\0\0\0\0", json!({ "$float": "NaN" })),
            (b"\xcb\x7f\xf0\0\0\0\0\0\0", json!({ "$float": "Infinity" })),
            (b"\xcb\xff\xf0\0\0\0\0\0\0", json!({ "$float": "-Infinity" })),
            (b"\xa6\xec\x95\x88\xeb\x85\x95", json!("안녕")),
            (b"\xc4\x03\0\xfa\xff", json!({ "$bytes": "APr/" })),
            (b"\xc4\0", json!({ "$bytes": "" })),
            (b"\x92\x01\xc4\x01a", json!([1, { "$bytes": "YQ==" }])),
            (b"\x82\xa1a\x01\xa1b\x80", json!({ "a": 1, "b": {} })),
            (b"\x82\x02\xa1x\x01\xc0", json!({ "$map": [[2, "x"], [1, null]] })),
            (b"\x82\xa1a\x01\xc4\x01b\x02", json!({ "$map": [["a", 1], [{ "$bytes": "Yg==" }, 2]] })),
            (b"\x81\x92\x01\x02\xc3", json!({ "$map": [[[1, 2], true]] })),
            (b"\xd6\xff\0\0\0\x01", json!({ "$ext": [-1, "AAAAAQ=="] })),
            (b"\xc7\x03\x05abc", json!({ "$ext": [5, "YWJj"] })),
            (b"\xc7\0\x05", json!({ "$ext": [5, ""] })),
        ] {
            let message = event(bytes);
            assert_eq!(message.to_json(), json!({ "type": "a", "v": shown }), "{bytes:x?}");
            let text = message.to_json().to_string();
            let back = Message::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
            assert_eq!(back.encoded(), message.encoded(), "{text}");
        }
    }

    #[test]
    fn does_not_confuse_a_map_with_a_dollar_form() {
        for (bytes, shown) in [
            (&b"\x81\xa6$bytes\xa4YQ=="[..], json!({ "$map": [["$bytes", "YQ=="]] })),
            (b"\x81\xa4$map\x90", json!({ "$map": [["$map", []]] })),
            (b"\x81\xa1$\x01", json!({ "$map": [["$", 1]] })),
            (b"\x82\xa6$bytes\x01\xa1a\x02", json!({ "$bytes": 1, "a": 2 })),
            (b"\x82\xa1$\x01\xa1$\x02", json!({ "$map": [["$", 1], ["$", 2]] })),
        ] {
            let message = event(bytes);
            assert_eq!(message.to_json()["v"], shown);
            assert_eq!(Message::from_json(&message.to_json()).unwrap().encoded(), message.encoded());
        }
    }

    #[test]
    fn names_an_invalid_dollar_form() {
        let value = |value: Value| fault(json!({ "type": "a", "v": value }));
        assert!(value(json!({ "$byte": "" })).contains("$bytes, $float, $map or $ext, not \"$byte\""));
        assert!(value(json!({ "$bytes": "YQ" })).contains("base64"));
        assert!(value(json!({ "$bytes": [1] })).contains("base64"));
        assert!(value(json!({ "$float": 1 })).contains("\"NaN\""));
        assert!(value(json!({ "$map": { "a": 1 } })).contains("list of pairs"));
        assert!(value(json!({ "$map": [[1, 2, 3]] })).contains("list of pairs"));
        assert!(value(json!({ "$ext": [128, "YQ=="] })).contains("-128 to 127"));
        assert!(value(json!({ "$ext": [1, "?"] })).contains("base64"));
    }

    #[test]
    fn refuses_json_that_is_not_an_event() {
        assert!(fault(json!([1])).contains("map"));
        assert!(fault(json!({ "text": "type is missing" })).contains("type"));
        assert!(fault(json!({ "$map": [["type", "a"], [1, 2]] })).contains("text keys"));
        assert!(fault(json!({ "type": "a", "__asgi_channel__": "b" })).contains("__asgi_channel__"));
    }

    #[test]
    fn shows_a_text_that_is_not_utf_8_as_bytes() {
        assert_eq!(event(b"\xa1\xff").to_json()["v"], json!({ "$bytes": "/w==" }));
    }
}
