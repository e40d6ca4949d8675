//! Chance, as a value that is handed in.

use std::sync::Arc;

use mafia_rules::Random;

/// Where chance comes from: the operating system, or a test's own seed.
#[derive(Clone)]
pub struct Chance(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Chance {
    /// The operating system's.
    ///
    /// # Panics
    /// When a number is drawn and the system has none: nothing on it is safe then.
    pub fn system() -> Self {
        Self::new(|| {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).expect("the operating system has random numbers");
            u64::from_le_bytes(bytes)
        })
    }

    /// Numbers from elsewhere.
    pub fn new(draw: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(draw))
    }
}

impl Random for Chance {
    /// To one part in 2^59, each number is as likely as any other: a table has no more than 20 seats.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from((self.0)() % bound).unwrap_or(0)
    }
}
