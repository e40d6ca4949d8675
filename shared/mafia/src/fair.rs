//! Rate limits of commands, and the queue of each table. No user can block a table for others, and the scheduler always gets its turn.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use fairness::{Rank, Rate, Rates, TooFast, Turn, Turns};
use store::{RoomCode, Timestamp, UserId};

use crate::Caller;

/// Commands of one user at one table, over all of the user's sockets and requests.
pub const COMMANDS: Rate = Rate { burst: 20, every_ms: 200 };
/// Spectator messages of one user at one table.
pub const SPECTATOR_LINES: Rate = Rate { burst: 8, every_ms: 1_000 };
/// Spectator messages of all users at one table: no user reads faster.
pub const SPECTATOR_LINES_OF_A_TABLE: Rate = Rate { burst: 60, every_ms: 50 };
/// State and backlog queries of one user at one table: each answer has tens of kilobytes.
pub const SYNCS: Rate = Rate { burst: 10, every_ms: 1_000 };
/// The same for all guests of one address. A whole school may share an address.
pub const SYNCS_OF_AN_ADDRESS: Rate = Rate { burst: 60, every_ms: 200 };

/// The rate limits and queues of one process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Fair(Arc<Tables>);

struct Tables {
    turns: Turns<RoomCode>,
    commands: Rates<(UserId, RoomCode)>,
    spectator_lines: Rates<(UserId, RoomCode)>,
    spectator_lines_of_tables: Rates<RoomCode>,
    syncs: Rates<(UserId, RoomCode)>,
    syncs_of_addresses: Rates<(IpAddr, RoomCode)>,
}

impl Default for Fair {
    fn default() -> Self {
        Self(Arc::new(Tables {
            turns: Turns::default(),
            commands: Rates::new(COMMANDS),
            spectator_lines: Rates::new(SPECTATOR_LINES),
            spectator_lines_of_tables: Rates::new(SPECTATOR_LINES_OF_A_TABLE),
            syncs: Rates::new(SYNCS),
            syncs_of_addresses: Rates::new(SYNCS_OF_AN_ADDRESS),
        }))
    }
}

impl Fair {
    /// Counts a command against the rates of its rank. Guests have no rate: they cannot change a game.
    pub(crate) fn may_act(&self, who: &Caller, code: &RoomCode, rank: Rank, now: Timestamp) -> Result<(), TooFast> {
        let Some(user) = who.id else { return Ok(()) };
        let key = || (user, code.clone());
        self.0.commands.take(key(), now)?;
        if rank == Rank::Spectator {
            self.0.spectator_lines.take(key(), now)?;
            self.0.spectator_lines_of_tables.take(code.clone(), now)?;
        }
        Ok(())
    }

    /// Counts a query against the rate of the user, or of the address for guests.
    pub(crate) fn may_sync(&self, code: &RoomCode, who: &Caller, from: Option<IpAddr>, now: Timestamp) -> Result<(), TooFast> {
        match who.id {
            Some(user) => self.0.syncs.take((user, code.clone()), now),
            None => self.0.syncs_of_addresses.take((network(from), code.clone()), now),
        }
    }

    /// Waits for the turn to change a table.
    pub(crate) async fn turn(&self, code: &RoomCode, rank: Rank) -> Turn<'_, RoomCode> {
        self.0.turns.take(code.clone(), rank).await
    }
}

/// The smallest range that one customer gets: an IPv4 address, or the /64 of an IPv6 address. Clients without an address share one.
fn network(from: Option<IpAddr>) -> IpAddr {
    match from.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) {
        IpAddr::V6(addr) => Ipv6Addr::from_bits(addr.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}
