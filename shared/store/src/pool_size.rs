//! The number of a process's connections to PostgreSQL.

use std::{fmt, num::NonZeroU32, str::FromStr};

/// At least 1. With the default, two servers with a few processes each stay below the 20 connections of the smallest hosted databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSize(NonZeroU32);

/// The text is not a number from 1 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number of connections from 1 to {}", PoolSize::MAX)]
pub struct NotAPoolSize;

impl PoolSize {
    /// A larger number is probably a typing error.
    const MAX: u32 = 1000;

    /// The number of connections.
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl Default for PoolSize {
    fn default() -> Self {
        const { Self(NonZeroU32::new(8).expect("8 is not zero")) }
    }
}

impl FromStr for PoolSize {
    type Err = NotAPoolSize;

    fn from_str(text: &str) -> Result<Self, NotAPoolSize> {
        let size = text.parse::<NonZeroU32>().ok().filter(|size| size.get() <= Self::MAX);
        size.map(Self).ok_or(NotAPoolSize)
    }
}

impl fmt::Display for PoolSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_number_of_connections() {
        assert_eq!("20".parse::<PoolSize>().map(PoolSize::get), Ok(20));
        for text in ["", "0", "-1", "1001", "8.0", "many"] {
            assert_eq!(text.parse::<PoolSize>(), Err(NotAPoolSize), "{text}");
        }
    }
}
