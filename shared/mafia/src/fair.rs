//! Rates of commands, and turns at tables: no user takes a table from the others, and the scheduler never loses.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use fairness::{Rank, Rate, Rates, TooFast, Turn, Turns};
use store::{RoomCode, Timestamp, UserId};

use crate::Person;

/// Commands of one user at one table, over all of the user's sockets and requests.
pub const COMMANDS: Rate = Rate { burst: 20, every_ms: 200 };
/// Lines of one user to the spectators of one table.
pub const SPECTATOR_LINES: Rate = Rate { burst: 8, every_ms: 1_000 };
/// Lines of all users to the spectators of one table: nobody reads faster.
pub const SPECTATOR_LINES_OF_A_TABLE: Rate = Rate { burst: 60, every_ms: 50 };
/// Questions of one user for the state of one table and for what was missed there: each answer has tens of kilobytes.
pub const SYNCS: Rate = Rate { burst: 10, every_ms: 1_000 };
/// The same for all clients of one address that are not signed in: a school may be one address.
pub const SYNCS_OF_AN_ADDRESS: Rate = Rate { burst: 60, every_ms: 200 };

/// The rates and turns of one process. Cheap to clone.
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
    /// Takes one from the allowances that a command of `who` needs, by the rank in which it waits. A client that is not signed in has none: it changes nothing.
    pub(crate) fn may_act(&self, who: &Person, code: &RoomCode, rank: Rank, now: Timestamp) -> Result<(), TooFast> {
        let Some(user) = who.id else { return Ok(()) };
        let key = || (user, code.clone());
        self.0.commands.take(key(), now)?;
        if rank == Rank::Spectator {
            self.0.spectator_lines.take(key(), now)?;
            self.0.spectator_lines_of_tables.take(code.clone(), now)?;
        }
        Ok(())
    }

    /// Takes one from the allowance of questions: that of the user, else that of the address.
    pub(crate) fn may_sync(&self, code: &RoomCode, who: &Person, from: Option<IpAddr>, now: Timestamp) -> Result<(), TooFast> {
        match who.id {
            Some(user) => self.0.syncs.take((user, code.clone()), now),
            None => self.0.syncs_of_addresses.take((network(from), code.clone()), now),
        }
    }

    /// Waits for a turn to change a table.
    pub(crate) async fn turn(&self, code: &RoomCode, rank: Rank) -> Turn<'_, RoomCode> {
        self.0.turns.take(code.clone(), rank).await
    }
}

/// The least that one customer is given: an IPv4 address, or the /64 of an IPv6 one. Clients without an address share one allowance.
fn network(from: Option<IpAddr>) -> IpAddr {
    match from.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) {
        IpAddr::V6(addr) => Ipv6Addr::from_bits(addr.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}
