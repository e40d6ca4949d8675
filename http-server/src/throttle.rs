//! The rates of client addresses.

use std::net::IpAddr;

use catamaran_edge::{AddressKey, RateTable};

use crate::limits::{CREATIONS, READS, WRITES};

/// The kinds of requests, each with a rate of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Reads.
    Read,
    /// Changes something.
    Write,
    /// Makes rows that stay: users, sessions, rooms.
    Create,
}

/// The rates of every client address, shared by all workers of the process.
pub(crate) struct Throttle {
    reads: RateTable<AddressKey>,
    writes: RateTable<AddressKey>,
    creations: RateTable<AddressKey>,
}

impl Throttle {
    pub(crate) fn new() -> Self {
        Self { reads: RateTable::new(READS), writes: RateTable::new(WRITES), creations: RateTable::new(CREATIONS) }
    }

    /// Takes one token of the client's rate.
    ///
    /// # Errors
    /// The seconds until there is a token again.
    pub(crate) fn check(&self, client: Option<IpAddr>, effort: Effort) -> Result<(), u64> {
        let table = match effort {
            Effort::Read => &self.reads,
            Effort::Write => &self.writes,
            Effort::Create => &self.creations,
        };
        table.check(&AddressKey::of(client))
    }
}
