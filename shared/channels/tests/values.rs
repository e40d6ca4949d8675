//! How each kind of Python value arrives in a consumer's event.

use std::{collections::HashMap, fmt::Debug};

use catamaran::Message;
use serde::{Deserialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;
use serde_json::{Value, json};

/// An event like those of consumers.
#[derive(Deserialize, Debug)]
#[serde(tag = "type")]
enum Tagged<T> {
    #[serde(rename = "a")]
    Event { value: T },
}

#[derive(Deserialize, Debug)]
struct Plain<T> {
    value: T,
}

/// An extension type of MessagePack. Within an enum it may have any name.
#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename = "_ExtStruct")]
struct Ext((i8, ByteBuf));

#[derive(Deserialize, Debug, PartialEq)]
#[serde(transparent)]
struct Any(#[serde(deserialize_with = "catamaran::any_value")] Value);

/// Makes the event with this value, written in the form of `Message::from_json`.
fn message(value: &Value) -> Message {
    Message::from_json(&json!({ "type": "a", "value": value })).expect("an event in JSON")
}

/// Returns the value as it arrives in a field of type `T`, or the error.
fn arrived<T: DeserializeOwned + Debug>(value: &Value) -> Result<T, String> {
    let fault = |fault: catamaran::EventError| fault.to_string().replace("message of type a does not fit its handler: ", "");
    message(value).event::<Tagged<T>>().map(|Tagged::Event { value }| value).map_err(fault)
}

/// Asserts that the value arrives as `expected`, in an enum and in a struct.
fn arrives<T: DeserializeOwned + Debug + PartialEq>(value: Value, expected: T) {
    assert_eq!(arrived::<T>(&value).as_ref(), Ok(&expected), "{value}");
    assert_eq!(message(&value).event::<Plain<T>>().map(|plain| plain.value), Ok(expected), "{value}");
}

fn refused<T: DeserializeOwned + Debug>(value: Value, words: &str) {
    assert_eq!(arrived::<T>(&value).err().as_deref(), Some(words), "{value}");
    assert!(message(&value).event::<Plain<T>>().is_err(), "{value}");
}

fn bytes() -> Value {
    json!({ "$bytes": "AP8=" })
}

#[test]
fn null_and_numbers_arrive_in_fields_that_can_hold_them() {
    arrives(json!(null), None::<u64>);
    arrives(json!(u64::MAX), u64::MAX);
    arrives(json!(i64::MIN), i64::MIN);
    arrives(json!(9_007_199_254_740_993_u64), Some(9_007_199_254_740_993_i64));
    arrives(json!(7), 7.0_f64);
    arrives(json!(7), 7_u8);
    arrives(json!({ "$float": "Infinity" }), f64::INFINITY);
    assert!(arrived::<f64>(&json!({ "$float": "NaN" })).unwrap().is_nan());
    refused::<u64>(json!(1.0), "invalid type: float, expected u64");
    refused::<u8>(json!(256), "invalid value: integer, expected u8");
    refused::<u64>(json!(null), "invalid type: null, expected u64");
    refused::<String>(json!(7), "invalid type: integer, expected a string");
}

#[test]
fn bytes_do_not_arrive_in_a_list_of_numbers() {
    arrives(bytes(), ByteBuf::from(b"\0\xff"));
    arrives(json!({ "$bytes": "YWI=" }), "ab".to_owned());
    arrives(json!([0, 255]), vec![0_u8, 255]);
    assert_eq!(arrived::<Vec<u8>>(&bytes()).unwrap_err(), "invalid type: bytes, expected a sequence");
}

#[test]
fn maps_with_number_keys_arrive_in_maps_with_number_keys() {
    let seats = json!({ "$map": [[7, "Lee"]] });
    arrives(seats.clone(), HashMap::from([(7_u64, "Lee".to_owned())]));
    refused::<HashMap<String, String>>(seats, "invalid type: integer, expected a string");
    let as_json_sends_it = json!({ "7": "Lee" });
    refused::<HashMap<u64, String>>(as_json_sends_it, "invalid type: text, expected u64");
}

#[test]
fn extension_types_arrive_with_their_type_number() {
    let timestamp = json!({ "$ext": [-1, "AAAAAQ=="] });
    arrives(timestamp.clone(), Ext((-1, ByteBuf::from([0, 0, 0, 1]))));
    refused::<ByteBuf>(timestamp.clone(), "invalid type: extension type, expected byte array");
    refused::<u64>(timestamp, "invalid type: extension type, expected u64");
}

#[test]
fn a_json_value_takes_only_json_and_any_value_takes_all() {
    let plain = json!([null, true, u64::MAX, i64::MIN, 1.5, "안녕", { "a": [] }]);
    arrives(plain.clone(), plain.clone());
    arrives(plain.clone(), Any(plain));
    for shown in [
        bytes(),
        json!({ "$map": [[7, "Lee"], [null, { "$bytes": "" }]] }),
        json!({ "$map": [["$only", 1]] }),
        json!([{ "$ext": [-1, "AAAAAQ=="] }]),
        json!([{ "$float": "NaN" }, { "$float": "-Infinity" }]),
    ] {
        arrives(shown.clone(), Any(shown));
    }
    refused::<Value>(bytes(), "invalid type: bytes, expected any valid JSON value");
    refused::<Value>(json!({ "$map": [[7, "Lee"]] }), "invalid type: integer, expected a string key");
    refused::<Value>(json!({ "$ext": [5, ""] }), "invalid type: extension type, expected any valid JSON value");
    arrives(json!({ "$float": "NaN" }), Value::Null);
}
