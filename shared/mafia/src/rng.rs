//! Random numbers as an argument.

use std::sync::Arc;

use mafia_rules::Random;

/// A source of random numbers: the operating system, or a seeded generator in tests.
#[derive(Clone)]
pub struct Rng(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Rng {
    /// The operating system's generator.
    ///
    /// # Panics
    /// When the operating system provides no random number: no session key would be safe then.
    pub fn system() -> Self {
        Self::new(|| {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).expect("the operating system has random numbers");
            u64::from_le_bytes(bytes)
        })
    }

    /// A generator from a function.
    pub fn new(draw: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(draw))
    }
}

impl Random for Rng {
    /// The bias of the modulo is below 2^-59, since `bound` is at most the 20 seats of a table.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from((self.0)() % bound).unwrap_or(0)
    }
}
