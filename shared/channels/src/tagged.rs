//! Enums tagged by `type`: finds out whether the enum knows a tag.
//!
//! serde reports an unknown tag only in the text of its error, and a nested enum uses the same words. So the enum is deserialized again
//! from the tag alone: then the error concerns the tag.

use std::fmt;

use serde::de::{DeserializeOwned, Error as DeError, value::MapDeserializer};

/// The enum's error for the tag alone.
#[derive(Debug)]
enum Probe {
    UnknownVariant(&'static [&'static str]),
    Other,
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("probe")
    }
}

impl std::error::Error for Probe {}

impl DeError for Probe {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Other
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::UnknownVariant(expected)
    }
}

/// Returns the tags that `T` knows if `tag` is none of them. `None` if `tag` is known, or `T` is not tagged by `type`.
pub(crate) fn unknown_tag<T: DeserializeOwned>(tag: &str) -> Option<&'static [&'static str]> {
    let only_the_tag = MapDeserializer::<_, Probe>::new(std::iter::once(("type", tag)));
    match T::deserialize(only_the_tag) {
        Err(Probe::UnknownVariant(expected)) => Some(expected),
        Err(Probe::Other) | Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(tag = "type")]
    #[expect(dead_code, reason = "only its shape is asked for")]
    enum Tagged {
        #[serde(rename = "chat.message")]
        Message { mood: Mood },
        #[serde(rename = "chat.end")]
        End,
    }

    #[derive(Deserialize)]
    enum Mood {
        Good,
    }

    #[test]
    fn ignores_missing_fields_of_a_known_tag() {
        assert_eq!(unknown_tag::<Tagged>("new_type"), Some(["chat.message", "chat.end"].as_slice()));
        assert_eq!(unknown_tag::<Tagged>("chat.end"), None);
        assert_eq!(unknown_tag::<Tagged>("chat.message"), None, "its field is missing, but the tag is known");
        assert!(matches!(Mood::Good, Mood::Good));
    }

    #[test]
    fn a_type_without_a_tag_knows_every_tag() {
        assert_eq!(unknown_tag::<std::collections::HashMap<String, String>>("x"), None);
    }
}
