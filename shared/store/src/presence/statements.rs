//! The SQL statements, the same for both tables.

use uuid::Uuid;

use super::PresenceGroup;
use crate::{GameId, RoomId};

/// The statements of one kind of group. `$1` is the group, `$2` the user, `$3` the process; for a process's own rows, `$1` is the process.
pub(super) struct Statements {
    /// Whether process `$3` holds its lease, whether the user is online, and the user's payload.
    pub(super) state: &'static str,
    /// The payload of an online user.
    pub(super) find: &'static str,
    /// All online users with their payloads.
    pub(super) list: &'static str,
    /// `$4` is the payload, `$5` the id of a new row, if rows have ids.
    pub(super) insert: &'static str,
    pub(super) rows_have_ids: bool,
    /// Sets the user's payload to `$3` in the rows of all processes.
    pub(super) set_payload: &'static str,
    pub(super) delete: &'static str,
    /// Group, user and payload of all rows of the process.
    pub(super) held: &'static str,
    /// Deletes the rows of a reaped process whose users are online through another one.
    pub(super) forget_online: &'static str,
    /// Group, user and payload of a reaped process's remaining rows, at most `$2`.
    pub(super) orphans: &'static str,
    /// As `delete`, but only if the process is still reaped.
    pub(super) forget: &'static str,
}

macro_rules! statements {
    ($table:literal, $group:literal, $rows_have_ids:literal, $insert:literal) => {
        Statements {
            state: concat!(
                "SELECT EXISTS (SELECT 1 FROM leases WHERE process_id = $3 AND reaped_at IS NULL),
                     EXISTS (", statements!(@online $table, $group, "1"), "),
                     (", statements!(@online $table, $group, "p.payload"), " LIMIT 1)"
            ),
            find: concat!(statements!(@online $table, $group, "p.payload"), " LIMIT 1"),
            list: concat!(
                "SELECT p.user_id, MAX(p.payload) FROM ", $table, " p JOIN leases l ON l.process_id = p.process_id
                 WHERE p.", $group, " = $1 AND l.reaped_at IS NULL GROUP BY p.user_id ORDER BY p.user_id"
            ),
            insert: $insert,
            rows_have_ids: $rows_have_ids,
            set_payload: concat!("UPDATE ", $table, " SET payload = $3 WHERE ", $group, " = $1 AND user_id = $2"),
            delete: concat!("DELETE FROM ", $table, " WHERE ", $group, " = $1 AND user_id = $2 AND process_id = $3"),
            held: concat!("SELECT ", $group, ", user_id, payload FROM ", $table, " WHERE process_id = $1"),
            forget_online: concat!(
                "DELETE FROM ", $table, " WHERE process_id = $1
                 AND EXISTS (SELECT 1 FROM leases WHERE process_id = $1 AND reaped_at IS NOT NULL)
                 AND EXISTS (SELECT 1 FROM ", $table, " p JOIN leases l ON l.process_id = p.process_id
                             WHERE p.", $group, " = ", $table, ".", $group, " AND p.user_id = ", $table, ".user_id AND l.reaped_at IS NULL)"
            ),
            orphans: concat!(
                "SELECT p.", $group, ", p.user_id, p.payload FROM ", $table, " p JOIN leases l ON l.process_id = p.process_id
                 WHERE p.process_id = $1 AND l.reaped_at IS NOT NULL LIMIT $2"
            ),
            forget: concat!(
                "DELETE FROM ", $table, " WHERE ", $group, " = $1 AND user_id = $2 AND process_id = $3
                 AND EXISTS (SELECT 1 FROM leases WHERE process_id = $3 AND reaped_at IS NOT NULL)"
            ),
        }
    };
    (@online $table:literal, $group:literal, $what:literal) => {
        concat!(
            "SELECT ", $what, " FROM ", $table, " p JOIN leases l ON l.process_id = p.process_id
             WHERE p.", $group, " = $1 AND p.user_id = $2 AND l.reaped_at IS NULL"
        )
    };
}

const ROOMS: Statements = statements!(
    "presence",
    "room_id",
    false,
    "INSERT INTO presence (room_id, user_id, process_id, payload) VALUES ($1, $2, $3, $4)
     ON CONFLICT (room_id, user_id, process_id) DO UPDATE SET payload = excluded.payload"
);

/// Processes of earlier releases write one row for each socket.
const GAMES: Statements = statements!(
    "game_sockets",
    "game_id",
    true,
    "INSERT INTO game_sockets (socket_id, game_id, user_id, process_id, payload) SELECT $5, $1, $2, $3, $4
     WHERE NOT EXISTS (SELECT 1 FROM game_sockets WHERE game_id = $1 AND user_id = $2 AND process_id = $3)"
);

/// Builds a group from its id.
pub(super) type GroupOf = fn(Uuid) -> PresenceGroup;

/// Both kinds of groups.
pub(super) const KINDS: [(&Statements, GroupOf); 2] =
    [(&ROOMS, |id| PresenceGroup::Room(RoomId::from(id))), (&GAMES, |id| PresenceGroup::Game(GameId::from(id)))];

impl PresenceGroup {
    pub(super) fn statements(self) -> &'static Statements {
        match self {
            Self::Room(_) => &ROOMS,
            Self::Game(_) => &GAMES,
        }
    }

    pub(super) fn id(self) -> Uuid {
        match self {
            Self::Room(room) => room.uuid(),
            Self::Game(game) => game.uuid(),
        }
    }
}
