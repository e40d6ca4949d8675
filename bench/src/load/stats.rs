//! What has arrived.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::Stamp;

/// Latencies from a microsecond to a minute, to three digits.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("sound bounds")
}

/// What has arrived within a stretch of time.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// Messages that reached a subscriber.
    pub delivered: u64,
    /// Numbers that a subscriber did not see between two that it saw.
    pub lost: u64,
    /// Numbers that a subscriber had seen already, or that came after a later one.
    pub repeated: u64,
    /// Connections that the server ended.
    pub closed: u64,
    /// Microseconds from when a message was meant to be sent to its arrival.
    pub latency: Histogram<u64>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self { delivered: 0, lost: 0, repeated: 0, closed: 0, latency: histogram() }
    }
}

impl Arrivals {
    /// Takes note of one; `seen` is the last number of the room that this subscriber has seen, 0 at first.
    pub(super) fn note(&mut self, stamp: &Stamp, seen: &mut u64, now: Duration) {
        self.delivered += 1;
        if stamp.in_room <= *seen {
            self.repeated += 1;
        } else {
            if *seen > 0 {
                self.lost += stamp.in_room - *seen - 1;
            }
            *seen = stamp.in_room;
        }
        let late = now.saturating_sub(stamp.due).as_micros();
        self.latency.saturating_record(u64::try_from(late).unwrap_or(u64::MAX).max(1));
    }
}

/// A measured stretch of time.
#[derive(Clone, Debug)]
pub struct Window {
    /// What arrived.
    pub arrivals: Arrivals,
    /// How long it was.
    pub seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_and_what_comes_twice_is_seen() {
        let mut arrivals = Arrivals::default();
        let mut seen = 0;
        for in_room in [5, 6, 9, 9, 8, 10] {
            let stamp = Stamp { number: 0, in_room, due: Duration::ZERO };
            arrivals.note(&stamp, &mut seen, Duration::from_millis(1));
        }
        assert_eq!((arrivals.delivered, arrivals.lost, arrivals.repeated), (6, 2, 2));
        assert_eq!(arrivals.latency.max(), 1000);
    }
}
