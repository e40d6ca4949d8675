//! Tests with payloads of Python's `channels_redis`, which `tests/golden/generate.py` recorded.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use catamaran::Message;
use serde_json::{Map, Value, json};

use super::{Codec, CodecFault, EncryptionKeys, SerializerFormat, Wire, fernet};
use crate::envelope::{Recipients, split_recipients, with_recipient, with_recipients};

const VALUES: &str = include_str!("../../tests/golden/values.json");
const ENCRYPTED: &str = include_str!("../../tests/golden/encrypted.json");
const ENVELOPES: &str = include_str!("../../tests/golden/envelopes.json");

fn entries(file: &str) -> Vec<Map<String, Value>> {
    serde_json::from_str(file).unwrap()
}

/// The time at which Python wrote the payloads.
fn then() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn codec(format: &Value, keys: &Value, random_prefix: usize) -> Codec {
    let keys: Vec<String> = serde_json::from_value(keys.clone()).unwrap();
    let wire = Wire { format: format.as_str().unwrap().parse().unwrap(), keys: EncryptionKeys::new(keys) };
    Codec::new(&wire, random_prefix, Some(Duration::from_secs(70)))
}

fn plain(format: SerializerFormat) -> Codec {
    Codec::new(&Wire { format, ..Wire::default() }, 0, None)
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// Joins the parts of a payload: hex digits, or hex digits and a number of repetitions.
fn payload(parts: &Value) -> Bytes {
    let part = |part: &Value| match part {
        Value::String(digits) => hex(digits),
        repeated => hex(repeated[0].as_str().unwrap()).repeat(repeated[1].as_u64().unwrap() as usize),
    };
    parts.as_array().unwrap().iter().flat_map(part).collect()
}

/// Expands the repetitions in a value.
fn whole(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(whole).collect(),
        Value::Object(map) => match map.get("$repeat").map(|repeat| (&repeat[0], repeat[1].as_u64().unwrap() as usize)) {
            Some((Value::String(text), times)) => text.repeat(times).into(),
            Some((list, times)) => vec![list[0].clone(); times].into(),
            None => map.iter().map(|(key, value)| (key.clone(), whole(value))).collect(),
        },
        plain => plain.clone(),
    }
}

fn event(holds: &Value) -> Value {
    json!({ "type": "golden", "value": whole(&holds["value"]) })
}

/// Returns the content of an opened payload as JSON.
fn read(message: Bytes) -> Value {
    Message::decode(message).unwrap().to_json()
}

#[test]
fn reads_and_writes_messagepack_of_every_value_to_the_byte() {
    let mut seen = 0;
    for entry in entries(VALUES).iter().filter(|entry| entry.contains_key("msgpack")) {
        let written = payload(&entry["msgpack"]);
        let expected = event(&entry["msgpack holds"]);
        let message = plain(SerializerFormat::MsgPack).open(written.clone(), then()).unwrap();
        assert!(read(message) == expected, "{}", entry["name"]);
        assert!(Message::from_json(&expected).unwrap().encoded() == &written, "{}", entry["name"]);
        seen += 1;
    }
    assert!(seen > 70, "{seen}");
}

/// Not to the byte: Python writes a space after `:` and `,`, and escapes non-ASCII characters.
#[test]
fn reads_json_of_every_value_or_names_it() {
    for entry in entries(VALUES).iter().filter(|entry| entry.contains_key("json")) {
        let opened = plain(SerializerFormat::Json).open(payload(&entry["json"]), then());
        let holds = entry.get("json holds").cloned().unwrap_or_default();
        let python_only = match (&holds["value"]["$float"], &holds["value"]["$int"], &holds) {
            (_, _, Value::Null) => Some("half of a surrogate pair"),
            (Value::String(float), ..) => Some(if float == "NaN" { "NaN" } else { "an infinity" }),
            (_, Value::String(_), _) => Some("an integer of more than 64 bits"),
            _ => None,
        };
        match (python_only, opened) {
            (Some(expected), Err(CodecFault::OnlyPython { what, .. })) => assert_eq!(what, expected, "{}", entry["name"]),
            (None, Ok(message)) => assert!(read(message) == event(&holds), "{}", entry["name"]),
            (_, opened) => panic!("{}: {:?}", entry["name"], opened.map(|message| message.len())),
        }
    }
}

#[test]
fn sends_as_json_only_values_that_json_preserves() {
    for entry in entries(VALUES).iter().filter(|entry| entry.contains_key("msgpack")) {
        let holds = &entry["msgpack holds"];
        let is_held = entry.get("json holds") == Some(holds) && !holds["value"]["$float"].is_string();
        match plain(SerializerFormat::Json).seal(&payload(&entry["msgpack"]), then()) {
            Ok(json) => {
                let back = plain(SerializerFormat::Json).open(json.into(), then()).unwrap();
                assert!(is_held && read(back) == event(holds), "{}", entry["name"]);
            }
            Err(CodecFault::Unsupported { path, .. }) => assert!(!is_held && path.starts_with("value"), "{}", entry["name"]),
            Err(fault) => panic!("{}: {fault}", entry["name"]),
        }
    }
}

#[test]
fn python_refuses_the_values_that_the_readme_lists() {
    let entries = entries(VALUES);
    let with = |note: &str| {
        entries.iter().filter(|entry| entry.contains_key(note)).map(|entry| entry["name"].as_str().unwrap()).collect()
    };
    let unsent: Vec<_> = with("msgpack refused by Python");
    assert_eq!(unsent, ["str, half a surrogate pair", "int past 64 bits", "int past -64 bits", "datetime", "set"]);
    let unread: Vec<_> = with("msgpack not read by Python");
    assert_eq!(unread, ["dict, int keys", "dict, None and bool keys", "dict, tuple key"]);
}

#[test]
fn reads_and_writes_encrypted_payloads_to_the_byte() {
    let entries = entries(ENCRYPTED);
    assert!(entries.len() > 20, "{}", entries.len());
    for entry in &entries {
        let random = entry["random"].as_u64().unwrap() as usize;
        let written = Bytes::from(hex(entry["payload"].as_str().unwrap()));
        let unencrypted = Bytes::from(hex(entry["plain"].as_str().unwrap()));
        let expected = codec(&entry["format"], &json!([]), 0).open(unencrypted.clone(), then());

        let keyed = |keys| codec(&entry["format"], &keys, random);
        for keys in [json!(["first", "second"]), json!(["new", "first"])] {
            assert_eq!(keyed(keys).open(written.clone(), then()), expected, "{entry:?}");
        }
        assert_eq!(keyed(json!(["second"])).open(written.clone(), then()), Err(CodecFault::NoKeyFits(1)));
        let late = then() + Duration::from_secs(71);
        assert!(matches!(keyed(json!(["first"])).open(written.clone(), late), Err(CodecFault::TooOld { seconds: 71, .. })));

        let keys = EncryptionKeys::new(["first"]);
        let iv = std::array::from_fn(|at| at as u8); // the generator's
        assert_eq!(fernet::seal(keys.first().unwrap(), &unencrypted, then(), iv).as_bytes(), &written[random..]);
    }
}

#[test]
fn reads_and_writes_envelopes_to_the_byte() {
    let (mut to_one, mut to_all) = (0, 0);
    for entry in entries(ENVELOPES) {
        let random = if entry["dialect"] == "core" { 12 } else { 0 };
        let written = Bytes::from(hex(entry["payload"].as_str().unwrap()));
        let message = codec(&entry["format"], &entry["keys"], random).open(written.clone(), then()).unwrap();
        let (recipients, message) = split_recipients(message).unwrap();
        assert_eq!(read(message.clone()), entry["message"], "{entry:?}");

        let names: Vec<_> = entry["recipients"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()).collect();
        let (expected, ours) = match &entry["recipients"] {
            Value::String(name) => (vec![name.as_str()], with_recipient(&message, name)),
            Value::Array(_) => (names.clone(), with_recipients(&message, &names)),
            _ => (Vec::new(), message.to_vec()),
        };
        match recipients {
            Recipients::Reader => assert_eq!(entry["recipients"], Value::Null),
            Recipients::Channels(names) => assert_eq!(names, expected),
        }
        if entry["format"] == "msgpack" && entry["keys"] == json!([]) {
            assert_eq!(ours, written[random..], "{entry:?}");
        }
        to_one += usize::from(entry["recipients"].is_string());
        to_all += usize::from(names.len() > 1);
    }
    assert!(to_one > 4 && to_all > 3, "{to_one} {to_all}");
}

#[test]
fn reads_a_changed_payload_as_a_fault_or_another_message() {
    let (mut faults, mut messages) = (0, 0);
    for entry in entries(ENVELOPES).iter().filter(|entry| entry["keys"] == json!([])) {
        let codec = codec(&entry["format"], &entry["keys"], 0);
        let random = if entry["dialect"] == "core" { 12 } else { 0 };
        let written = &hex(entry["payload"].as_str().unwrap())[random..];
        for (at, bit) in (0..written.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut changed = written.to_vec();
            changed[at] ^= 1 << bit;
            let message = codec.open(changed.into(), then()).ok().and_then(|bytes| split_recipients(bytes).ok());
            match message.and_then(|(_, bytes)| Message::decode(bytes).ok()) {
                None => faults += 1,
                Some(message) => {
                    let shown = message.to_json();
                    assert!(shown.is_object(), "{message:?}");
                    assert_eq!(Message::from_json(&shown).unwrap().to_json(), shown);
                    messages += 1;
                }
            }
        }
    }
    assert!(faults > 1_000 && messages > 1_000, "{faults} {messages}");
}
