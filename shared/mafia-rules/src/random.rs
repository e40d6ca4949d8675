//! Random numbers as an argument.

/// The source of random numbers: the operating system in a server, a seed in a test.
pub trait Random {
    /// Returns a number from 0 to `bound` - 1, uniformly distributed. `bound` is at least 1.
    fn below(&mut self, bound: usize) -> usize;
}

impl<F: FnMut(usize) -> usize> Random for F {
    fn below(&mut self, bound: usize) -> usize {
        self(bound)
    }
}

/// Shuffles `items`.
pub(crate) fn shuffle<T>(items: &mut [T], random: &mut dyn Random) {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last + 1));
    }
}
