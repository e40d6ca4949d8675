//! Explains faults in a client's JSON without terms of serde.

use serde::de::DeserializeOwned;
use serde_json::{Error, Value, error::Category};

/// serde's names of types, and the words for clients.
const EXPECTED: [(&str, &str); 24] = [
    ("u8", "a whole number from 0 to 255"),
    ("u16", "a whole number from 0 to 65535"),
    ("u32", "a whole number from 0 to 4294967295"),
    ("u64", "a whole number from 0 to 18446744073709551615"),
    ("usize", "a whole number from 0 to 18446744073709551615"),
    ("i8", "a whole number from -128 to 127"),
    ("i16", "a whole number from -32768 to 32767"),
    ("i32", "a whole number from -2147483648 to 2147483647"),
    ("i64", "a whole number from -9223372036854775808 to 9223372036854775807"),
    ("isize", "a whole number from -9223372036854775808 to 9223372036854775807"),
    ("f32", "a number"),
    ("f64", "a number"),
    ("a boolean", "true or false"),
    ("a string", "a text"),
    ("a borrowed string", "a text"),
    ("string or map", "a text or an object"),
    ("a string key", "a text"),
    ("a character", "a text of one character"),
    ("a map", "an object"),
    ("a sequence", "an array"),
    ("unit", "null"),
    ("variant identifier", "a text"),
    ("a formatted UUID string", "a UUID"),
    ("any valid JSON value", "a value"),
];

/// serde's words for a found value, and the words for clients. Texts are not repeated, since they may be private.
const FOUND: [(&str, &str); 8] = [
    ("null", "null"),
    ("unit", "null"),
    ("string", "a text"),
    ("character", "a text"),
    ("map", "an object"),
    ("enum", "an object"),
    ("sequence", "an array"),
    ("newtype", "an object"),
];

/// serde_json's words for broken JSON that need other words for clients.
const SYNTAX: [(&str, &str); 6] = [
    ("expected ident", "expected true, false or null"),
    ("expected value", "expected a value"),
    ("key must be a string", "a field's name must be a text in quotation marks"),
    ("recursion limit exceeded", "it is nested too deeply"),
    ("control character", "a text holds a control character; write it as \\n, \\t or \\u00XX"),
    ("trailing characters", "trailing characters follow the JSON"),
];

/// Says why a text is not JSON, and where.
pub fn why_not_json(error: &Error) -> String {
    let place = format!("line {} column {}", error.line(), error.column());
    if error.classify() == Category::Eof {
        return format!("it ended before the JSON was complete ({place})");
    }
    let text = without_place(error);
    let plain = SYNTAX.iter().find(|(serde, _)| text.starts_with(serde)).map(|(_, plain)| *plain);
    format!("{} ({place})", plain.unwrap_or(&text))
}

/// Says what the field at `path` is and what is expected. `error` must concern a value that is JSON.
pub fn why_not_field(path: &str, error: &Error) -> String {
    let text = without_place(error);
    let subject = if path.is_empty() { "a value" } else { path };
    if let Some(rest) = text.strip_prefix("missing field ") {
        return format!("{} is missing", joined(path, rest));
    }
    if let Some(rest) = text.strip_prefix("duplicate field ") {
        return format!("{} is there twice", joined(path, rest));
    }
    if let Some((name, expected)) = text.strip_prefix("unknown field ").and_then(split_expected) {
        return format!("{} is not known; expected {}", joined(path, name), listed(expected));
    }
    if let Some((_, expected)) = text.strip_prefix("unknown variant ").and_then(split_expected) {
        return format!("{subject} is not known; expected {}", listed(expected));
    }
    let wrong = ["invalid type: ", "invalid value: ", "invalid length "].iter().find_map(|start| text.strip_prefix(start));
    match wrong.and_then(split_expected) {
        Some((found, expected)) => format!("{subject} is {}; expected {}", found_words(found), expected_words(expected)),
        None if text.contains("UUID") => format!("{subject} is no UUID; expected a UUID"),
        None => format!("{subject} does not fit: {text}"),
    }
}

/// Says which field of `json` is not valid for `T`, and why. `None` if `json` is valid.
pub(crate) fn explain<T: DeserializeOwned>(json: &Value) -> Option<String> {
    let error = T::deserialize(json).err()?;
    Some(why_not_field(&culprit::<T>(json, &error), &error))
}

/// Larger objects are not searched: each field costs a parse of the whole object.
const MOST_FIELDS: usize = 16;
const MOST_BYTES: usize = 4096;

/// Returns the path of the invalid field: without that field, the error changes. Needed because serde does not report the path within
/// a tagged enum.
fn culprit<T: DeserializeOwned>(json: &Value, error: &Error) -> String {
    let mut path = Vec::new();
    if json.to_string().len() > MOST_BYTES {
        return String::new();
    }
    while let Some(key) = culprit_at::<T>(json, &path, &error.to_string()) {
        path.push(key);
    }
    path.join(".")
}

fn culprit_at<T: DeserializeOwned>(json: &Value, path: &[String], error: &str) -> Option<String> {
    let object = object_at(&mut json.clone(), path)?.clone();
    let is_to_blame = |key: &&String| {
        let fault = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut changed = json.clone();
            change(object_at(&mut changed, path)?);
            T::deserialize(&changed).err().map(|error| error.to_string())
        };
        match (object.get(*key), error.strip_prefix("unknown variant `")) {
            (Some(Value::String(text)), Some(variant)) => variant.starts_with(&format!("{text}`")),
            // Without the enum's tag, every error changes.
            (Some(Value::String(_)), None) if fault(&|map| insert_nonsense(map, key)).is_some_and(|fault| is_variant(&fault)) => {
                false
            }
            _ => fault(&|map| drop(map.remove(*key))).as_deref() != Some(error),
        }
    };
    if object.len() > MOST_FIELDS {
        return None;
    }
    object.keys().find(is_to_blame).cloned()
}

fn insert_nonsense(map: &mut serde_json::Map<String, Value>, key: &str) {
    map.insert(key.to_owned(), Value::String("\0".to_owned()));
}

fn is_variant(fault: &str) -> bool {
    fault.starts_with("unknown variant")
}

fn object_at<'v>(json: &'v mut Value, path: &[String]) -> Option<&'v mut serde_json::Map<String, Value>> {
    path.iter().try_fold(json, |value, key| value.get_mut(key))?.as_object_mut()
}

/// Removes the position that serde_json appends to its texts.
fn without_place(error: &Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// Splits at the last `, expected `, since a found text may contain these words too.
fn split_expected(text: &str) -> Option<(&str, &str)> {
    text.rsplit_once(", expected ").or_else(|| text.rsplit_once(", there are no ").map(|(name, _)| (name, "nothing")))
}

fn joined(path: &str, name: &str) -> String {
    let name: String = name.trim_matches('`').chars().take(100).collect();
    if path.is_empty() || path == name || path.ends_with(&format!(".{name}")) {
        return if path.is_empty() { name } else { path.to_owned() };
    }
    format!("{path}.{name}")
}

/// Removes the backticks of serde's lists: `` `a` or `b` `` and `` one of `a`, `b` ``.
fn listed(names: &str) -> String {
    names.replace('`', "")
}

fn expected_words(expected: &str) -> String {
    let known = EXPECTED.iter().find(|(serde, _)| *serde == expected).map(|(_, plain)| (*plain).to_owned());
    known.unwrap_or_else(|| match expected {
        _ if expected.starts_with("a nonzero ") => "a whole number other than 0".to_owned(),
        _ if ["a tuple", "an array", "tuple "].iter().any(|start| expected.starts_with(start)) => "an array".to_owned(),
        _ if ["struct ", "enum ", "internally tagged enum", "adjacently tagged enum"]
            .iter()
            .any(|start| expected.starts_with(start)) =>
        {
            "an object".to_owned()
        }
        _ if expected.starts_with("unit variant") => "a text".to_owned(),
        other => listed(other),
    })
}

fn found_words(found: &str) -> String {
    let known = FOUND.iter().find(|(serde, _)| found.starts_with(serde)).map(|(_, plain)| (*plain).to_owned());
    // The forms: integer `256`, floating point `1.5`, boolean `true`, or a length such as 3.
    known.unwrap_or_else(|| match found.split_once('`') {
        Some((_, value)) => value.trim_end_matches('`').to_owned(),
        None => format!("of length {found}"),
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{from_str, json};

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(tag = "type", deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape is asked for")]
    enum Command {
        #[serde(rename = "do")]
        Do {
            #[serde(rename = "do")]
            what: Act,
            id: Option<u32>,
        },
        #[serde(rename = "set")]
        Set { seat: u8, name: String, on: bool, pace: Pace, seats: Vec<u8>, pair: (u8, u8), roles: Roles, ratio: f64, far: i64 },
    }

    #[derive(Deserialize, Debug)]
    #[serde(tag = "type", rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its shape is asked for")]
    enum Act {
        Join,
        Vote { target: u8, why: Option<String> },
    }

    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "snake_case")]
    enum Pace {
        Calm,
        Quick,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape is asked for")]
    struct Roles {
        mafia: u8,
    }

    fn set(field: &str, value: Value) -> String {
        let mut json = json!({"type": "set", "seat": 1, "name": "a", "on": true, "pace": "calm", "seats": [1], "pair": [1, 2],
            "roles": {"mafia": 1}, "ratio": 0.5, "far": 1});
        assert!(explain::<Command>(&json).is_none());
        json[field] = value;
        explain::<Command>(&json).expect("a fault")
    }

    #[test]
    fn names_the_field_its_value_and_the_expected_one() {
        let byte = "expected a whole number from 0 to 255";
        for (field, value, said) in [
            ("seat", json!("hunter2"), format!("seat is a text; {byte}")),
            ("seat", json!(", expected hunter2"), format!("seat is a text; {byte}")),
            ("seat", json!(256), format!("seat is 256; {byte}")),
            ("seat", json!(-1), format!("seat is -1; {byte}")),
            ("seat", json!(1.5), format!("seat is 1.5; {byte}")),
            ("seat", json!(null), format!("seat is null; {byte}")),
            ("seat", json!([]), format!("seat is an array; {byte}")),
            ("seat", json!({}), format!("seat is an object; {byte}")),
            ("name", json!(5), "name is 5; expected a text".to_owned()),
            ("on", json!("yes"), "on is a text; expected true or false".to_owned()),
            ("pace", json!("hunter2"), "pace is not known; expected calm or quick".to_owned()),
            ("pace", json!(5), "pace is 5; expected a text or an object".to_owned()),
            ("seats", json!("a"), "seats is a text; expected an array".to_owned()),
            ("seats", json!(["a"]), format!("seats is a text; {byte}")),
            ("pair", json!([1]), "pair is of length 1; expected an array".to_owned()),
            ("roles", json!(5), "roles is 5; expected an object".to_owned()),
            ("roles", json!({"mafia": true}), format!("roles.mafia is true; {byte}")),
            ("roles", json!({}), "roles.mafia is missing".to_owned()),
            ("roles", json!({"mafia": 1, "spy": 1}), "roles.spy is not known; expected mafia".to_owned()),
            ("ratio", json!("a"), "ratio is a text; expected a number".to_owned()),
            (
                "far",
                json!(1.5),
                "far is 1.5; expected a whole number from -9223372036854775808 to 9223372036854775807".to_owned(),
            ),
        ] {
            assert_eq!(set(field, value.clone()), said, "{field} {value}");
        }
    }

    #[test]
    fn finds_a_field_below_a_second_tag() {
        for (json, said) in [
            (
                json!({"type": "do", "do": {"type": "vote", "target": "a"}}),
                "do.target is a text; expected a whole number from 0 to 255",
            ),
            (json!({"type": "do", "do": {"type": "vote", "target": 1, "why": 5}, "id": 1}), "do.why is 5; expected a text"),
            (json!({"type": "do", "do": {"type": "vote"}}), "do.target is missing"),
            (json!({"type": "do", "do": {"type": "fly"}, "id": 1}), "do.type is not known; expected join or vote"),
            (json!({"type": "do", "do": {}}), "do.type is missing"),
            (json!({"type": "do", "do": "join"}), "do is a text; expected an object"),
            (json!({"type": "do"}), "do is missing"),
            (
                json!({"type": "do", "do": {"type": "join"}, "id": "a"}),
                "id is a text; expected a whole number from 0 to 4294967295",
            ),
        ] {
            assert_eq!(explain::<Command>(&json).as_deref(), Some(said), "{json}");
        }
    }

    #[test]
    fn explains_broken_json() {
        for (text, said) in [
            ("", "it ended before the JSON was complete (line 1 column 0)"),
            (r#"{"a": "b""#, "it ended before the JSON was complete (line 1 column 9)"),
            ("nul", "it ended before the JSON was complete (line 1 column 3)"),
            ("nix", "expected true, false or null (line 1 column 2)"),
            ("hello", "expected a value (line 1 column 1)"),
            ("{a: 1}", "a field's name must be a text in quotation marks (line 1 column 2)"),
            ("\"a\nb\"", "a text holds a control character; write it as \\n, \\t or \\u00XX (line 2 column 0)"),
            ("{} {}", "trailing characters follow the JSON (line 1 column 4)"),
            ("[1,]", "trailing comma (line 1 column 4)"),
            ("{\"a\" 1}", "expected `:` (line 1 column 6)"),
        ] {
            assert_eq!(why_not_json(&from_str::<Value>(text).expect_err("a fault")), said, "{text}");
        }
        let deep = from_str::<Value>(&"[".repeat(1_000)).expect_err("a fault");
        assert!(why_not_json(&deep).starts_with("it is nested too deeply"), "{deep}");
    }

    #[test]
    fn does_not_search_large_objects() {
        let mut many = json!({"type": "set", "seat": "a"});
        for number in 0..20 {
            many[format!("x{number}")] = json!(1);
        }
        assert!(explain::<Command>(&many).expect("a fault").starts_with("a value is a text"));
        let long = json!({"type": "set", "seat": "a".repeat(5_000)});
        assert!(explain::<Command>(&long).expect("a fault").starts_with("a value is a text"));
    }
}
