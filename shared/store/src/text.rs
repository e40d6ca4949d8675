//! What people write: nicknames, names of rooms, messages. Checked once, here; whoever holds one of these need not check again.

use std::fmt;

/// Why a text was refused. The `Display` text is English; a page says it in its reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing but space.
    #[error("the text is empty; write at least one character")]
    Empty,
    /// More characters than allowed, after trimming.
    #[error("the text has {found} characters; at most {max} are allowed")]
    TooLong {
        /// How many are allowed, in Unicode scalar values.
        max: usize,
        /// How many there are.
        found: usize,
    },
    /// A control character, or one that hides or reorders what stands around it.
    #[error("the text has a control or invisible character; use letters, digits, signs and spaces")]
    ControlCharacter,
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max:expr, $clean:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
        #[sqlx(transparent)]
        pub struct $name(String);

        impl $name {
            /// How long it may be, in Unicode scalar values after trimming.
            pub const MAX_CHARS: usize = $max;

            /// Reads what a person wrote.
            ///
            /// # Errors
            /// [`TextFault`]: what is wrong with it.
            pub fn parse(text: &str) -> Result<Self, TextFault> {
                bounded($clean(text)?, Self::MAX_CHARS).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, without a copy.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// What a user is called: 1 to 20 characters on one line. Trimmed, and inner space is one blank. Two users may have
    /// the same nickname.
    Nickname, 20, one_line
}
text! {
    /// What a room is called: 1 to 40 characters on one line. Trimmed, and inner space is one blank.
    RoomName, 40, one_line
}
text! {
    /// What is said in a room: 1 to 2,000 characters, over several lines if need be. Trimmed; a line ends in `\n`.
    MessageBody, 2000, many_lines
}

fn one_line(text: &str) -> Result<String, TextFault> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err(TextFault::ControlCharacter);
    }
    Ok(line)
}

fn many_lines(text: &str) -> Result<String, TextFault> {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(TextFault::ControlCharacter);
    }
    Ok(text)
}

fn bounded(text: String, max: usize) -> Result<String, TextFault> {
    match text.chars().count() {
        0 => Err(TextFault::Empty),
        found if found > max => Err(TextFault::TooLong { max, found }),
        _ => Ok(text),
    }
}

/// Characters that show nothing, or turn the order of their neighbours: with them one name could pass for another, or for
/// none at all. Messages may have them: right-to-left scripts and joined emoji need them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        // Soft hyphen, grapheme joiner, Arabic letter mark, Mongolian vowel separator.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}'
        // Hangul fillers and the blank Braille pattern.
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
        // Zero-width characters, marks, embeddings, overrides, isolates, invisible operators.
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Byte-order mark, interlinear annotation, tags.
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_their_space_collapsed() {
        assert_eq!(Nickname::parse("  Ada \t\n Lovelace ").unwrap().as_str(), "Ada Lovelace");
        assert_eq!(RoomName::parse("\u{3000}차 한 잔\u{a0}").unwrap().as_str(), "차 한 잔");
    }

    #[test]
    fn lengths_count_characters_after_trimming() {
        assert_eq!(Nickname::parse(&format!(" {} ", "가".repeat(20))).unwrap().as_str(), "가".repeat(20));
        assert_eq!(Nickname::parse(&"x".repeat(21)), Err(TextFault::TooLong { max: 20, found: 21 }));
        assert_eq!(RoomName::parse(&"x".repeat(41)), Err(TextFault::TooLong { max: 40, found: 41 }));
        assert!(MessageBody::parse(&"x".repeat(2000)).is_ok());
        assert_eq!(MessageBody::parse(&"x".repeat(2001)), Err(TextFault::TooLong { max: 2000, found: 2001 }));
        for empty in ["", "  ", "\n\t"] {
            assert_eq!(Nickname::parse(empty), Err(TextFault::Empty));
            assert_eq!(MessageBody::parse(empty), Err(TextFault::Empty));
        }
    }

    #[test]
    fn names_have_nothing_that_hides_or_reorders() {
        for hidden in ["a\0b", "a\u{7}b", "a\u{200b}b", "a\u{202e}b", "\u{3164}", "a\u{2067}b", "\u{feff}a", "a\u{e0041}"] {
            assert_eq!(Nickname::parse(hidden), Err(TextFault::ControlCharacter), "{hidden:?}");
            assert_eq!(RoomName::parse(hidden), Err(TextFault::ControlCharacter), "{hidden:?}");
        }
    }

    #[test]
    fn messages_may_have_lines_and_tabs_but_no_other_controls() {
        assert_eq!(MessageBody::parse(" one\r\ntwo\nthree \n").unwrap().as_str(), "one\ntwo\nthree");
        assert_eq!(MessageBody::parse("a 👨\u{200d}👩\u{200d}👧 b").unwrap().as_str(), "a 👨\u{200d}👩\u{200d}👧 b");
        for control in ["a\0b", "a\rb", "a\u{1b}[31mb", "a\u{85}b"] {
            assert_eq!(MessageBody::parse(control), Err(TextFault::ControlCharacter), "{control:?}");
        }
    }
}
