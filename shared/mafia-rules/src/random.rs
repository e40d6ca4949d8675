//! Chance, as an argument.

/// Where the rules' chance comes from: the operating system in a server, a seed in a test.
pub trait Random {
    /// A number from 0 to `bound` - 1, each as likely as any other. `bound` is at least 1.
    fn below(&mut self, bound: usize) -> usize;
}

impl<F: FnMut(usize) -> usize> Random for F {
    fn below(&mut self, bound: usize) -> usize {
        self(bound)
    }
}

/// Brings `items` into an order of chance.
pub(crate) fn shuffle<T>(items: &mut [T], random: &mut dyn Random) {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last + 1));
    }
}
