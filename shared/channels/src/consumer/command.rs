//! Parses a client's frame into a command, or explains what is wrong with the frame.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{json_fault, tagged::unknown_tag, why_not_field, why_not_json};

/// The reason why a frame is not a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The frame is not JSON.
    #[error("this frame is not JSON: {0}")]
    BadJson(String),
    /// The consumer does not know the `type`.
    #[error("unknown type {found:?}: expected one of {}", expected.join(", "))]
    UnknownType {
        /// The `type` of the frame, its first 100 characters.
        found: String,
        /// The known types.
        expected: &'static [&'static str],
    },
    /// A field is missing or not valid.
    #[error("this frame does not fit: {0}")]
    BadField(String),
}

impl CommandError {
    /// The `code` in the error event.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadJson(_) => "bad_json",
            Self::UnknownType { .. } => "unknown_type",
            Self::BadField(_) => "bad_field",
        }
    }

    /// Parses a text frame.
    ///
    /// # Errors
    /// [`CommandError`] if the frame is not a command.
    pub fn parse<C: DeserializeOwned>(text: &str) -> Result<C, Self> {
        serde_json::from_str(text).map_err(|fault| Self::explain::<C>(text, &fault))
    }

    fn explain<C: DeserializeOwned>(text: &str, fault: &serde_json::Error) -> Self {
        #[derive(Deserialize)]
        struct Tag {
            r#type: String,
        }
        if matches!(fault.classify(), serde_json::error::Category::Syntax | serde_json::error::Category::Eof) {
            return Self::BadJson(why_not_json(fault));
        }
        match serde_json::from_str(text) {
            Ok(Tag { r#type: found }) => {
                if let Some(expected) = unknown_tag::<C>(&found) {
                    return Self::UnknownType { found: found.chars().take(100).collect(), expected };
                }
            }
            Err(_) => {
                if let Some(expected) = unknown_tag::<C>("") {
                    let types = expected.join(", ");
                    return Self::BadField(format!("expected an object whose \"type\" is one of {types}"));
                }
            }
        }
        let found = serde_json::from_str(text).ok().and_then(|json| json_fault::explain::<C>(&json));
        Self::BadField(found.unwrap_or_else(|| why_not_field("", fault)).chars().take(300).collect())
    }
}

/// The largest request id in bytes: an answer must not become as long as its request.
const MAX_REQUEST_ID: usize = 128;

/// Returns the client's own id for its command: the text or number in `field`.
pub(super) fn request_id(text: &str, field: &str) -> Option<Value> {
    let mut fields: Map<String, Value> = serde_json::from_str(text).ok()?;
    fields.remove(field).filter(|id| match id {
        Value::String(id) => id.len() <= MAX_REQUEST_ID,
        id => id.is_number(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(tag = "type")]
    enum Command {
        #[serde(rename = "say")]
        Say { text: String },
    }

    #[derive(Deserialize, Debug)]
    struct Plain {
        message: String,
    }

    fn code(text: &str) -> (&'static str, String) {
        let fault = CommandError::parse::<Command>(text).unwrap_err();
        (fault.code(), fault.to_string())
    }

    #[test]
    fn names_each_kind_of_bad_frame() {
        assert_eq!(CommandError::parse::<Command>(r#"{"type":"say","text":"hi"}"#), Ok(Command::Say { text: "hi".into() }));
        assert_eq!(code("hello").0, "bad_json");
        assert_eq!(code(r#"{"type":"say""#).0, "bad_json");
        assert_eq!(code("").0, "bad_json");
        assert_eq!(code("[1,2]").0, "bad_field");
        assert_eq!(code("{}").0, "bad_field");
        assert_eq!(code(r#"{"type":5}"#).0, "bad_field");
        for other in ["[1,2]", "{}", r#"{"type":5}"#, "5", r#""say""#, "null"] {
            assert_eq!(code(other).1, r#"this frame does not fit: expected an object whose "type" is one of say"#, "{other}");
        }
        assert_eq!(code(r#"{"type":"say"}"#).0, "bad_field");
        let (kind, text) = code(r#"{"type":"shout"}"#);
        assert_eq!((kind, text.as_str()), ("unknown_type", r#"unknown type "shout": expected one of say"#));
        assert_eq!(code(&format!(r#"{{"x":{}"#, "[".repeat(100_000))).0, "bad_json");
    }

    #[test]
    fn finds_the_request_id_of_an_invalid_command() {
        let id = |text: &str| request_id(text, "id");
        assert_eq!(id(r#"{"type":"shout","id":7}"#), Some(7.into()));
        assert_eq!(id(r#"{"id":"a-1","text":[{"id":"inner"}]}"#), Some("a-1".into()));
        let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(MAX_REQUEST_ID + 1));
        for without in ["", "[7]", r#"{"text":"hi"}"#, r#"{"id":null}"#, r#"{"id":{"a":1}}"#, r#"{"id":"cut"#, &long] {
            assert_eq!(id(without), None, "{without}");
        }
    }

    #[test]
    fn parses_a_command_that_is_a_struct() {
        assert_eq!(CommandError::parse::<Plain>(r#"{"message":"hi"}"#).unwrap().message, "hi");
        assert_eq!(CommandError::parse::<Plain>(r#"{"type":"x"}"#).unwrap_err().code(), "bad_field");
    }
}
