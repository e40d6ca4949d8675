//! Who is online, by leases: a person is present in a room *through a process*, and is online while that process's lease
//! holds. A process renews one row, however many sockets it has; of a killed one nobody renews it.

mod leases;
mod seats;

/// SQL: a lease `l` that holds at the time `$1`.
macro_rules! holds {
    () => {
        " l.reaped_at IS NULL AND l.expires_at > $1 "
    };
}

use holds;

/// SQL: those present through the process `$2` who are not online through another one at the time `$1`.
const ONLY_THROUGH: &str = concat!(
    "SELECT g.room_id, g.user_id FROM presence g WHERE g.process_id = $2 AND NOT EXISTS (
         SELECT 1 FROM presence p JOIN leases l ON l.process_id = p.process_id
         WHERE p.room_id = g.room_id AND p.user_id = g.user_id AND p.process_id <> g.process_id AND",
    holds!(),
    ")"
);
