//! Names of channels and groups, checked once when they are parsed.

use std::{fmt, sync::Arc};

/// The upper limit of a name's length in bytes, exclusive (channels 4.3.2, `layers.py`: `MAX_NAME_LENGTH = 100`).
pub const MAX_NAME_LENGTH: usize = 100;

/// The reason why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a valid {what} name: expected {}", self.expected())]
pub struct NameError {
    what: &'static str,
    found: String,
    expected: &'static str,
}

impl NameError {
    /// Says which characters are valid. Unlike the error's own text, it repeats nothing of the input.
    pub fn expected(&self) -> String {
        format!("{}, fewer than {MAX_NAME_LENGTH} characters", self.expected)
    }
}

/// The name of a group: ASCII letters, digits, `-`, `_` and `.`, one to 99 of them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupName(Arc<str>);

/// The name of a channel: like a group's, with at most one `!`. It divides the part that all channels of one process share from the
/// part that is local to it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelName(Arc<str>);

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_name_byte)
}

/// The start of the input, for an error: outsiders may send megabytes.
fn shown(text: &str) -> String {
    text.chars().take(MAX_NAME_LENGTH).collect()
}

impl GroupName {
    /// Parses a group name.
    ///
    /// # Errors
    /// [`NameError`] if it is empty, is too long or has an invalid character.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        if is_word(name) && name.len() < MAX_NAME_LENGTH {
            return Ok(Self(name.into()));
        }
        Err(NameError { what: "group", found: shown(name), expected: "ASCII letters, digits, '-', '_' and '.'" })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ChannelName {
    /// Parses a channel name.
    ///
    /// # Errors
    /// [`NameError`] if it is empty, is too long, has two `!`, or has an invalid character.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let (shared, local) = name.split_once('!').unwrap_or((name, ""));
        if is_word(shared) && local.bytes().all(is_name_byte) && name.len() < MAX_NAME_LENGTH {
            return Ok(Self(name.into()));
        }
        Err(NameError {
            what: "channel",
            found: shown(name),
            expected: "ASCII letters, digits, '-', '_' and '.', with at most one '!' after the first of them",
        })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether many readers may share the name. A receiver's own name has a `!`.
    pub fn is_general(&self) -> bool {
        !self.0.contains('!')
    }

    /// The part that all channels of one process share: up to and including the `!`, or the whole name.
    pub fn non_local(&self) -> &str {
        match self.0.find('!') {
            Some(at) => &self.0[..=at],
            None => &self.0,
        }
    }
}

macro_rules! shows_as_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), &self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::parse(text)
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}
shows_as_text!(GroupName);
shows_as_text!(ChannelName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_group_names() {
        for good in ["a", "chat_lobby", "room.K7-2", &"x".repeat(99)] {
            assert_eq!(GroupName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a!b", "방", "a/b", "a\n", &"x".repeat(100)] {
            assert!(GroupName::parse(bad).is_err(), "{bad:?}");
        }
        let text = GroupName::parse("a b").unwrap_err().to_string();
        assert!(text.contains("\"a b\"") && text.contains("group"), "{text}");
    }

    #[test]
    fn parses_channel_names() {
        for (good, shared) in [("a", "a"), ("specific.0f!1", "specific.0f!"), ("a!", "a!"), ("a.b!c-d_e.f", "a.b!")] {
            assert_eq!(ChannelName::parse(good).unwrap().non_local(), shared);
        }
        for bad in ["", "!", "!a", "a!b!c", "a b", "é", &"x".repeat(100)] {
            assert!(ChannelName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
