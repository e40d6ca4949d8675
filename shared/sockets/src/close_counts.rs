//! How many sockets have closed, by code and side.

use catamaran::CloseCode;

use crate::Counter;

/// The codes that are counted one by one, as labels have them. Clients may send any code, so all others share the last label.
const LABELS: [&str; 17] = [
    "1000", "1001", "1002", "1003", "1005", "1006", "1007", "1008", "1009", "1011", "1012", "1013", "4401", "4403", "4404",
    "4429", OTHER,
];
const OTHER: &str = "other";

/// The side that closed a socket first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// This server sent its close frame first.
    Server,
    /// The client closed, or its connection ended (1006).
    Client,
}

impl Side {
    /// The label in the metrics and in the log.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// The closed sockets of this process since it started.
#[derive(Debug, Default)]
pub struct CloseCounts([[Counter; LABELS.len()]; 2]);

impl CloseCounts {
    pub(crate) fn add(&self, side: Side, code: CloseCode) {
        let label = LABELS.iter().position(|label| label.parse() == Ok(code.0)).unwrap_or(LABELS.len() - 1);
        self.0[side as usize][label].add(1);
    }

    /// Each side (`server`, `client`) and code with its count.
    pub fn iter(&self) -> impl Iterator<Item = ([&'static str; 2], u64)> {
        let sides = [Side::Server, Side::Client].map(Side::as_str).into_iter().zip(&self.0);
        sides.flat_map(|(side, counts)| LABELS.into_iter().zip(counts).map(move |(code, count)| ([side, code], count.get())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_side_and_puts_unknown_codes_together() {
        let counts = CloseCounts::default();
        for (side, code) in [(Side::Server, 1012), (Side::Client, 1012), (Side::Client, 3999), (Side::Client, 4999)] {
            counts.add(side, CloseCode(code));
        }
        let found: Vec<_> = counts.iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(found, [(["server", "1012"], 1), (["client", "1012"], 1), (["client", OTHER], 2)]);
    }
}
