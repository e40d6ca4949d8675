//! Every kind of value, both ways, in an event's type and as JSON.

use std::collections::BTreeMap;

use catamaran::{LayerError, Message};
use catamaran_redis::SerializerFormat;
use serde::Deserialize;
use serde_bytes::ByteBuf;
use serde_json::{Value, json};

use crate::fleet::{Fleet, Setup, channel, delivery, group, member, python_member};

pub(crate) async fn both_ways(fleet: &Fleet) {
    same_on_both_sides(fleet, &of_json()).await;
    typed(fleet).await;
    match fleet.setup.format {
        SerializerFormat::MsgPack => {
            same_on_both_sides(fleet, &of_msgpack_alone()).await;
            typed_of_msgpack_alone(fleet).await;
            python_refuses_too_large_integers(fleet).await;
        }
        SerializerFormat::Json => {
            refuses_values_that_json_cannot_hold(fleet).await;
            keys_become_texts(fleet).await;
        }
    }
}

/// The values that both serializers support.
fn of_json() -> Value {
    json!({
        "type": "values.all",
        "nothing": null,
        "yes": true,
        "no": false,
        "integers": [0, 127, 128, 255, 256, 65_535, 65_536, u32::MAX, 4_294_967_296_u64, 9_007_199_254_740_993_u64, i64::MAX, u64::MAX],
        "below": [-1, -32, -33, -128, -129, -32_768, -32_769, i32::MIN, -2_147_483_649_i64, i64::MIN],
        "floats": [0.0, 1.0, -0.5, 0.1, 1e300, 5e-324, f64::MAX, f64::MIN_POSITIVE],
        "lengths": of_lengths(&[0, 1, 15, 16, 31, 32, 255, 256]),
        "of all the world": "안녕 🦀 \u{0} \u{2028} \" \\ é",
        "": { "deep": [[[[{ "a": [null] }]]]] },
    })
}

/// Returns a text, a list and a map of each length. MessagePack uses another header from certain lengths on.
fn of_lengths(lengths: &[usize]) -> Value {
    lengths.iter().map(|&length| json!([".".repeat(length), vec![1; length], map(length)])).collect()
}

fn map(entries: usize) -> BTreeMap<String, usize> {
    (0..entries).map(|n| (n.to_string(), n)).collect()
}

fn of_msgpack_alone() -> Value {
    let base64_of = |length: usize| format!("{}=", "AAAA".repeat(length / 3) + "AAA");
    json!({
        "type": "values.msgpack",
        "bytes": [{ "$bytes": "" }, { "$bytes": "AP8=" }, { "$bytes": base64_of(254) }, { "$bytes": base64_of(65_537) }],
        "floats": [{ "$float": "NaN" }, { "$float": "Infinity" }, { "$float": "-Infinity" }],
        "extensions": [
            { "$ext": [5, "AQ=="] }, { "$ext": [5, "AQI="] }, { "$ext": [127, ""] }, { "$ext": [0, "AQIDBAUGBwgJCgsMDQ4PEA=="] },
        ],
        "seconds": { "$ext": [-1, "AAAAAQ=="] },
        "keyed by bytes": { "$map": [[{ "$bytes": "AQ==" }, null], ["text", true]] },
        "like bytes": { "$map": [["$bytes", "not so"]] },
    })
}

async fn same_on_both_sides(fleet: &Fleet, event: &Value) {
    assert_eq!(from_python(fleet, event.clone()).await.to_json(), *event);
    assert_eq!(to_python(fleet, &Message::from_json(event).unwrap()).await, *event);
}

/// Returns the message that our consumer gets for an event from Python.
async fn from_python(fleet: &Fleet, event: Value) -> Message {
    let mut receiver = member(&fleet.here, "values").await;
    fleet.python.group_send("values", event).await.unwrap();
    delivery(&mut receiver).await.message
}

/// Returns the event that a Python consumer gets for our message.
async fn to_python(fleet: &Fleet, event: &Message) -> Value {
    let name = python_member(&fleet.python, "values").await;
    fleet.here.group_send(&group("values"), event).await.unwrap();
    let received = fleet.python.receive(&name).await;
    fleet.python.group_discard("values", &name).await;
    received
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
enum Event {
    #[serde(rename = "order.paid")]
    Paid { id: u64, balance: i64, amount: f64, whole: f64, note: Option<String>, lines: Vec<Line>, flags: BTreeMap<String, bool> },
    #[serde(rename = "order.signed")]
    Signed { signature: ByteBuf, seats: BTreeMap<i64, String>, ratio: f64, by_hash: BTreeMap<ByteBuf, u8> },
}

#[derive(Debug, PartialEq, Deserialize)]
struct Line {
    article: String,
    pieces: i32,
}

async fn typed(fleet: &Fleet) {
    let sent = json!({
        "type": "order.paid", "id": u64::MAX, "balance": i64::MIN, "amount": 12.5, "whole": 3, "note": null,
        "lines": [{ "article": "차", "pieces": -2 }], "flags": { "gift": true },
    });
    let lines = vec![Line { article: "차".into(), pieces: -2 }];
    let flags = BTreeMap::from([("gift".to_owned(), true)]);
    let expected = Event::Paid { id: u64::MAX, balance: i64::MIN, amount: 12.5, whole: 3.0, note: None, lines, flags };
    assert_eq!(from_python(fleet, sent).await.event::<Event>().unwrap(), expected);
}

async fn typed_of_msgpack_alone(fleet: &Fleet) {
    let sent = json!({
        "type": "order.signed", "signature": { "$bytes": "AP8=" }, "seats": { "$map": [[7, "Lee"], [-1, "Kim"]] },
        "ratio": { "$float": "-Infinity" }, "by_hash": { "$map": [[{ "$bytes": "AQ==" }, 1]] },
    });
    let message = from_python(fleet, sent).await;
    let expected = Event::Signed {
        signature: ByteBuf::from([0, 255]),
        seats: BTreeMap::from([(-1, "Kim".to_owned()), (7, "Lee".to_owned())]),
        ratio: f64::NEG_INFINITY,
        by_hash: BTreeMap::from([(ByteBuf::from([1]), 1)]),
    };
    assert_eq!(message.event::<Event>().unwrap(), expected);
    assert_eq!(message.to_json()["seats"], json!({ "$map": [[7, "Lee"], [-1, "Kim"]] }));
}

#[tokio::test]
async fn carries_values_with_long_headers() {
    for setup in [Setup::core(), Setup::core().json(), Setup::pubsub(), Setup::pubsub().json()] {
        let event = json!({ "type": "values.long", "lengths": of_lengths(&[65_535, 65_536]) });
        same_on_both_sides(&Fleet::start(setup).await, &event).await;
    }
}

/// The smallest size that the specification of Django Channels requires.
#[tokio::test]
async fn carries_a_megabyte() {
    for setup in [Setup::core(), Setup::pubsub()] {
        let fleet = Fleet::start(setup).await;
        same_on_both_sides(&fleet, &json!({ "type": "values.large", "text": "차".repeat(1 << 20) })).await;
    }
}

/// Python's msgpack writes number keys but refuses to read them (`strict_map_key`), so the consumer gets an exception.
#[tokio::test]
#[should_panic(expected = "ValueError: int is not allowed for map key")]
async fn python_does_not_read_numbers_as_keys() {
    let fleet = Fleet::start(Setup::core()).await;
    let event = Message::from_json(&json!({ "type": "a", "seats": { "$map": [[7, "Lee"]] } })).unwrap();
    to_python(&fleet, &event).await;
}

async fn python_refuses_too_large_integers(fleet: &Fleet) {
    let event = json!({ "type": "a", "n": { "$int": "18446744073709551616" } });
    let refused = fleet.python.send("jobs.large", event).await.unwrap_err();
    assert!(refused.starts_with("OverflowError"), "{refused}");
}

async fn refuses_values_that_json_cannot_hold(fleet: &Fleet) {
    for (value, words) in [
        (json!({ "$bytes": "AP8=" }), "v[0]: bytes cannot travel as JSON"),
        (json!({ "$float": "NaN" }), "v[0]: NaN and infinities cannot travel as JSON"),
        (json!({ "$float": "-Infinity" }), "v[0]: NaN and infinities cannot travel as JSON"),
        (json!({ "$map": [[7, "Lee"]] }), "v[0]: a key that is no text cannot travel as JSON"),
        (json!({ "$ext": [5, "AQ=="] }), "v[0]: extension types cannot travel as JSON"),
    ] {
        let event = Message::from_json(&json!({ "type": "a", "v": [value] })).unwrap();
        let fault = fleet.here.group_send(&group("nobody"), &event).await;
        // Without a member the core dialect writes nothing, so it refuses nothing.
        let fault = match fault {
            Ok(_) => fleet.here.send(&channel("jobs.json"), &event).await.unwrap_err(),
            Err(fault) => fault,
        };
        assert!(matches!(&fault, LayerError::Unsendable(what) if what.starts_with(words)), "{fault}");
    }
    let refused = fleet.python.send("jobs.json", json!({ "type": "a", "v": { "$bytes": "AP8=" } })).await.unwrap_err();
    assert!(refused.starts_with("TypeError"), "{refused}");
}

/// Python's json turns number keys into texts.
async fn keys_become_texts(fleet: &Fleet) {
    let sent = json!({ "type": "a", "seats": { "$map": [[7, "Lee"]] } });
    assert_eq!(from_python(fleet, sent).await.to_json(), json!({ "type": "a", "seats": { "7": "Lee" } }));
}
