//! The code that users share to invite others to a room.

use std::fmt;

/// A room's code: 6 of `23456789ABCDEFGHJKMNPQRSTUVWXYZ`, about 890 million of them. Any user who has it may join.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct RoomCode(String);

/// The text is no room code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a room code has 6 characters of 23456789ABCDEFGHJKMNPQRSTUVWXYZ; copy it again from the room's link")]
pub struct NotARoomCode;

impl RoomCode {
    /// The characters of a code. No `0`/`O`, no `1`/`I`/`L`: a code is read aloud and typed on phones.
    pub const ALPHABET: &str = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    /// The number of characters in a code.
    pub const LENGTH: usize = 6;

    /// Reads a code, ignoring case and surrounding space.
    ///
    /// # Errors
    /// The text has another length or other characters.
    pub fn parse(text: &str) -> Result<Self, NotARoomCode> {
        let code = text.trim().to_ascii_uppercase();
        if code.len() == Self::LENGTH && code.bytes().all(|byte| Self::ALPHABET.as_bytes().contains(&byte)) {
            Ok(Self(code))
        } else {
            Err(NotARoomCode)
        }
    }

    /// The code for these random bytes. The codes are uniformly distributed, up to one part in 300,000.
    pub fn from_random(random: &[u8; 6]) -> Self {
        let mut rest = random.iter().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
        let alphabet = Self::ALPHABET.as_bytes();
        let mut code = String::with_capacity(Self::LENGTH);
        for _ in 0..Self::LENGTH {
            let digit = usize::try_from(rest % alphabet.len() as u64).unwrap_or_default();
            code.push(char::from(alphabet[digit]));
            rest /= alphabet.len() as u64;
        }
        Self(code)
    }

    /// The code, in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for RoomCode {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoomCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_code_in_any_case() {
        assert_eq!(RoomCode::parse(" k7qf2m\n").unwrap().as_str(), "K7QF2M");
    }

    #[test]
    fn refuses_other_texts_as_codes() {
        for text in ["", "K7QF2", "K7QF2MM", "K7QF2O", "K7QF21", "K7 F2M", "차한잔", "K7QF2Ⅿ"] {
            assert_eq!(RoomCode::parse(text), Err(NotARoomCode), "{text:?}");
        }
    }

    #[test]
    fn random_bytes_give_different_codes() {
        assert_eq!(RoomCode::from_random(&[0; 6]).as_str(), "222222");
        assert_eq!(RoomCode::from_random(&[0, 0, 0, 0, 0, 30]).as_str(), "Z22222");
        for random in [[0; 6], [255; 6], [1, 2, 3, 4, 5, 6]] {
            let code = RoomCode::from_random(&random);
            assert_eq!(RoomCode::parse(code.as_str()), Ok(code));
        }
        assert_ne!(RoomCode::from_random(&[1, 0, 0, 0, 0, 0]), RoomCode::from_random(&[2, 0, 0, 0, 0, 0]));
    }
}
