//! The bounds of every text, number and list, and the meaning of codes, in the OpenAPI document, from the constants that the code itself uses.

use std::ops::RangeInclusive;

use mafia_rules::MAX_PLAYERS;
use rooms::MAX_CAPACITY;
use serde_json::{Value, json};
use store::{MessageBody, Nickname, RoomCode, RoomName, TextLimits};

use crate::limits::{BODY_BYTES, BotCount, Capacity, PageSize};

/// The most rooms or tables in one list.
const LISTED: usize = 100;

/// Adds them to the schemas' properties and to the parameters.
pub(super) fn add(document: &mut Value) {
    for (schema, object) in entries(document.pointer_mut("/components/schemas")) {
        for (property, found) in entries(object.get_mut("properties")) {
            merge(found, bounds(schema, property));
        }
    }
    for (_, item) in entries(document.get_mut("paths")) {
        for (_, operation) in entries(Some(item)) {
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                let bounds = parameter["name"].as_str().map_or(Value::Null, parameter_bounds);
                merge(&mut parameter["schema"], bounds);
                if parameter["name"] == "code" {
                    merge(parameter, json!({"description": "Six letters and digits, case does not matter"}));
                }
            }
        }
    }
}

fn entries(object: Option<&mut Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    object.and_then(Value::as_object_mut).into_iter().flat_map(|map| map.iter_mut())
}

fn merge(schema: &mut Value, bounds: Value) {
    if let (Value::Object(schema), Value::Object(bounds)) = (schema, bounds) {
        schema.extend(bounds);
    }
}

fn bounds(schema: &str, property: &str) -> Value {
    match (schema, property) {
        ("Problem", "code") => json!({"pattern": "^[a-z_]+$"}),
        // A path within the body, which may name fields that do not exist.
        ("Problem", "field") => json!({"maxLength": BODY_BYTES}),
        ("Problem", "status") => range(400..=599),
        ("Problem", "type") => json!({"enum": ["about:blank"]}),
        ("Health", "status") => json!({"enum": ["ok", "degraded", "unavailable"]}),
        ("Health", "database" | "layer") => json!({"enum": ["ok", "unavailable"]}),
        ("Liveness", "status") => json!({"enum": ["alive"]}),
        ("Readiness", "status") => json!({"enum": ["ready", "degraded", "unready"]}),
        ("Readiness", "reasons") => json!({"maxItems": 3}),
        ("Reason", "code") => json!({"enum": ["draining", "database", "disk", "descriptors", "layer"]}),
        ("Reason", "detail") => json!({"minLength": 1}),
        ("ConnectionView", "address") => json!({"minLength": 2, "maxLength": 45}),
        ("ConnectionView", "scheme") => json!({"enum": ["http", "https"]}),
        // The head has the client's own host.
        ("ConnectionView", "host") => json!({"maxLength": BODY_BYTES}),
        ("ConnectionView", "time") => json!({"minimum": 0}),
        ("Health" | "ConnectionView", "ignored" | "lacks") => json!({"minLength": 1}),
        ("Card", "host") => json!({"maxLength": Nickname::LIMITS.bytes}),
        ("Card", "phase") => json!({"enum": ["lobby", "playing", "over"]}),
        ("Snapshot", "online") => json!({"maxItems": MAX_PLAYERS}),
        ("NewRoom", "capacity") => range(Capacity::RANGE),
        ("RoomSummary", "capacity" | "members" | "online") => range(0..=MAX_CAPACITY),
        ("RoomPeople", "members") => json!({"maxItems": MAX_CAPACITY}),
        ("MessageList", "messages") => json!({"maxItems": PageSize::RANGE.end()}),
        (_, "nickname") => length(Nickname::LIMITS),
        (_, "name") => length(RoomName::LIMITS),
        (_, "body") => length(MessageBody::LIMITS),
        (_, "code") => code(RoomCode::ALPHABET),
        (_, "id" | "user" | "client_id") => json!({"format": "uuid"}),
        (_, "seat") => range(0..=MAX_PLAYERS - 1),
        (_, "seated") => range(0..=MAX_PLAYERS),
        (_, "count") => range(BotCount::RANGE),
        (_, "rooms" | "games") if !schema.ends_with("Record") => json!({"maxItems": LISTED}),
        (_, "title" | "detail" | "process" | "version" | "role") => json!({"minLength": 1}),
        // Numbers of messages and updates, counts without a limit, and times.
        (_, property) => {
            if counts(property) {
                json!({"minimum": 0})
            } else {
                Value::Null
            }
        }
    }
}

fn counts(property: &str) -> bool {
    let times = ["at", "now", "created_at", "active_at", "joined_at", "changed_at", "expires_at"];
    let numbers = ["seq", "my_seq", "spectator_seq", "pos", "games", "wins"];
    times.contains(&property) || numbers.contains(&property)
}

fn parameter_bounds(name: &str) -> Value {
    match name {
        // Read without regard to case.
        "code" => code(&[RoomCode::ALPHABET, &RoomCode::ALPHABET.to_ascii_lowercase()].concat()),
        "n" => range(0..=MAX_PLAYERS - 1),
        "id" => json!({"format": "uuid"}),
        "limit" => range(PageSize::RANGE),
        "mine" => range(0..=1),
        _ => json!({"minimum": 0}),
    }
}

/// JSON Schema counts code points. A text has no more of them than bytes, but may have more of them than characters.
fn length(limits: TextLimits) -> Value {
    json!({"minLength": 1, "maxLength": limits.bytes})
}

fn range<T: serde::Serialize>(range: RangeInclusive<T>) -> Value {
    json!({"minimum": range.start(), "maximum": range.end()})
}

fn code(alphabet: &str) -> Value {
    json!({"minLength": RoomCode::LENGTH, "maxLength": RoomCode::LENGTH, "pattern": format!("^[{alphabet}]{{{}}}$", RoomCode::LENGTH)})
}
