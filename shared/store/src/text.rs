//! Texts of users: nicknames, names of rooms and tables, messages. A value of these types has passed the rules of `visible_text`.

use std::fmt;

pub use visible_text::{Limits as TextLimits, TextFault};

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $limits:expr, $read:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
        #[sqlx(transparent)]
        pub struct $name(String);

        impl $name {
            /// The limits of its length.
            pub const LIMITS: TextLimits = $limits;

            /// Reads a user's text.
            ///
            /// # Errors
            /// [`TextFault`]: the violated rule.
            pub fn parse(text: &str) -> Result<Self, TextFault> {
                $read(text, Self::LIMITS).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text without a copy.
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
    /// The name of a user: 1 to 20 characters on one line. Two users may have the same nickname.
    Nickname, TextLimits { characters: 20, bytes: 320 }, visible_text::name
}
text! {
    /// The name of a room or a table: 1 to 40 characters on one line.
    RoomName, TextLimits { characters: 40, bytes: 640 }, visible_text::name
}
text! {
    /// A message in a room: 1 to 2,000 characters on one or more lines.
    MessageBody, TextLimits { characters: 2000, bytes: 8000 }, visible_text::lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_limits() {
        let too_long = |max| TextFault::TooLong { max, found: max + 1 };
        assert_eq!(Nickname::parse(&format!(" {} ", "가".repeat(20))).unwrap().as_str(), "가".repeat(20));
        assert_eq!(Nickname::parse(&"x".repeat(21)), Err(too_long(20)));
        assert_eq!(RoomName::parse(&"x".repeat(41)), Err(too_long(40)));
        assert!(MessageBody::parse(&"😀".repeat(2000)).is_ok());
        assert_eq!(MessageBody::parse(&"x".repeat(2001)), Err(too_long(2000)));
    }

    #[test]
    fn names_have_one_line_and_messages_may_have_more() {
        assert_eq!(Nickname::parse("Ada\nLovelace").unwrap().as_str(), "Ada Lovelace");
        assert_eq!(RoomName::parse("Ada\nLovelace").unwrap().as_str(), "Ada Lovelace");
        assert_eq!(MessageBody::parse("Ada\nLovelace").unwrap().as_str(), "Ada\nLovelace");
    }
}
