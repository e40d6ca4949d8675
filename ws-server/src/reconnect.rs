//! The time over which the clients of this process spread their return after it is lost.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The number of sockets that other processes take back in a second, on two cores.
const RETURNS_PER_SECOND: u64 = 1_000;
/// A client that is alone comes back within a second.
const SHORTEST_MS: u64 = 1_000;
const LONGEST_MS: u64 = 30_000;

/// Counts the sockets of this process. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct SocketCount(Arc<AtomicU64>);

/// One socket in the count until it is dropped.
#[derive(Debug)]
pub struct CountedSocket(Arc<AtomicU64>);

impl SocketCount {
    /// Counts one more socket.
    pub fn add(&self) -> CountedSocket {
        self.0.fetch_add(1, Ordering::Relaxed);
        CountedSocket(Arc::clone(&self.0))
    }
}

impl CountedSocket {
    /// The time over which all clients of this process should spread their return, in milliseconds.
    pub fn reconnect_within_ms(&self) -> u64 {
        (self.0.load(Ordering::Relaxed) * 1_000 / RETURNS_PER_SECOND).clamp(SHORTEST_MS, LONGEST_MS)
    }
}

impl Drop for CountedSocket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_a_longer_time_the_more_sockets_there_are() {
        let count = SocketCount::default();
        let within = |sockets: usize| {
            let held: Vec<_> = (0..sockets).map(|_| count.add()).collect();
            held[0].reconnect_within_ms()
        };
        assert_eq!([1, 500, 8_000, 50_000].map(within), [1_000, 1_000, 8_000, 30_000]);
        assert_eq!(within(1), 1_000, "a dropped socket does not count");
    }
}
