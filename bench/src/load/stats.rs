//! Counts the messages that arrive.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::Stamp;

/// Latencies from a microsecond to a minute, to three digits.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("sound bounds")
}

/// Messages that arrived within a window of time.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// Messages that reached a subscriber.
    pub delivered: u64,
    /// Messages missing between two that a subscriber received.
    pub lost: u64,
    /// Messages that a subscriber received twice, or after a later one.
    pub repeated: u64,
    /// Connections that the server closed.
    pub closed: u64,
    /// Microseconds from when a message was due to its arrival.
    pub latency: Histogram<u64>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self { delivered: 0, lost: 0, repeated: 0, closed: 0, latency: histogram() }
    }
}

impl Arrivals {
    /// Records a message. `seen` is the last number in the room that this subscriber received, 0 at first.
    pub(super) fn record(&mut self, stamp: &Stamp, seen: &mut u64, now: Duration) {
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

/// A measured window of time.
#[derive(Clone, Debug)]
pub struct Window {
    /// The messages that arrived.
    pub arrivals: Arrivals,
    /// Its length.
    pub seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lost_and_repeated_messages() {
        let mut arrivals = Arrivals::default();
        let mut seen = 0;
        for in_room in [5, 6, 9, 9, 8, 10] {
            let stamp = Stamp { number: 0, in_room, due: Duration::ZERO };
            arrivals.record(&stamp, &mut seen, Duration::from_millis(1));
        }
        assert_eq!((arrivals.delivered, arrivals.lost, arrivals.repeated), (6, 2, 2));
        assert_eq!(arrivals.latency.max(), 1000);
    }
}
