//! The rates of client addresses.

use std::net::IpAddr;

use catamaran_edge::{AddressKey, RateTable};

use crate::limits::{CREATIONS, READS, WRITES};

/// What a request does, as far as its rate is concerned.
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

    /// Takes one from the client's allowance; else says after how many seconds there is one again.
    pub(crate) fn check(&self, client: Option<IpAddr>, effort: Effort) -> Result<(), u64> {
        let table = match effort {
            Effort::Read => &self.reads,
            Effort::Write => &self.writes,
            Effort::Create => &self.creations,
        };
        table.check(&AddressKey::of(client))
    }
}
