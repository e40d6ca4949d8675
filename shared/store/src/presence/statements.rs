//! The SQL statements, the same for both tables.

use uuid::Uuid;

use super::PresenceGroup;
use crate::{GameId, RoomId};

/// The statements of one kind of group. `$1` is the group, `$2` the user, `$3` the process; for a process's own rows, `$1` is the process.
pub(super) struct Statements {
    /// Returns whether process `$3` holds its lease, whether the user is online, and the user's payload.
    pub(super) state: &'static str,
    /// The payload of an online user.
    pub(super) find: &'static str,
    /// All online users with their payloads.
    pub(super) list: &'static str,
    /// SQLite only. `$4` is the payload, `$5` the id of a new row, if rows have ids.
    pub(super) insert: &'static str,
    pub(super) rows_have_ids: bool,
    /// SQLite only: sets the user's payload to `$3` in the rows of all processes.
    pub(super) set_payload: &'static str,
    /// PostgreSQL only, several statements: locks the user, which returns a row if the user may be there; returns the same as `state`; enters;
    /// returns whether the user has entered. `$4` and `$5` as for `insert`.
    pub(super) enter: &'static str,
    /// PostgreSQL only, several statements: locks the user; returns whether the user is online through the process; leaves; returns whether the
    /// user is offline now.
    pub(super) leave: &'static str,
    /// SQLite only: enters a user without a row of this process and without a row with another payload. Returns whether the user was online
    /// already, or no row. `$4` and `$5` as for `insert`.
    pub(super) insert_new: &'static str,
    /// SQLite only: whether the user is online through the process with payload `$4`, and all rows of the user have it.
    pub(super) is_here: &'static str,
    /// SQLite only: as `leave`, or no row if the user was not online through the process.
    pub(super) delete: &'static str,
    /// Group, user and payload of all rows of the process.
    pub(super) held: &'static str,
    /// Deletes the rows of a reaped process whose users are online through another one.
    pub(super) forget_online: &'static str,
    /// Group, user and payload of a reaped process's remaining rows, at most `$2`.
    pub(super) orphans: &'static str,
    /// Deletes the row, but only if the process is still reaped.
    pub(super) forget: &'static str,
}

macro_rules! statements {
    ($table:literal, $group:literal, $allowed:literal, $lock:literal, $new:literal, $rows_have_ids:literal, $insert:literal) => {
        Statements {
            state: statements!(@state $table, $group),
            find: concat!(statements!(@online $table, $group, "p.payload"), " LIMIT 1"),
            list: concat!(
                "SELECT p.user_id, MAX(p.payload) FROM ", $table, " p JOIN leases l ON l.process_id = p.process_id
                 WHERE p.", $group, " = $1 AND l.reaped_at IS NULL GROUP BY p.user_id ORDER BY p.user_id"
            ),
            insert: $insert,
            rows_have_ids: $rows_have_ids,
            set_payload: concat!("UPDATE ", $table, " SET payload = $3 WHERE ", $group, " = $1 AND user_id = $2"),
            enter: concat!(
                $allowed, $lock, ";", statements!(@state $table, $group), ";", $new, " WHERE EXISTS (", $allowed, ")
                 AND EXISTS (SELECT 1 FROM leases WHERE process_id = $3 AND reaped_at IS NULL)
                 AND NOT EXISTS (", statements!(@own $table, $group), ");
                 UPDATE ", $table, " SET payload = $4 WHERE ", $group, " = $1 AND user_id = $2 AND payload IS DISTINCT FROM $4
                 AND EXISTS (SELECT 1 FROM leases WHERE process_id = $3 AND reaped_at IS NULL);
                 SELECT EXISTS (", statements!(@online $table, $group, "1"), " AND p.process_id = $3)"
            ),
            leave: concat!(
                $allowed, $lock, "; SELECT EXISTS (", statements!(@own $table, $group), ");
                 DELETE FROM ", $table, " WHERE ", $group, " = $1 AND user_id = $2 AND process_id = $3;
                 SELECT NOT EXISTS (", statements!(@online $table, $group, "1"), ")"
            ),
            insert_new: concat!(
                $new, " WHERE EXISTS (", $allowed, ")
                 AND EXISTS (SELECT 1 FROM leases WHERE process_id = $3 AND reaped_at IS NULL)
                 AND NOT EXISTS (SELECT 1 FROM ", $table, " WHERE ", $group, " = $1 AND user_id = $2
                                 AND (process_id = $3 OR payload IS NOT $4))
                 RETURNING EXISTS (", statements!(@online $table, $group, "1"), " AND p.process_id <> $3)"
            ),
            is_here: concat!(
                "SELECT EXISTS (", statements!(@online $table, $group, "1"), " AND p.process_id = $3)
                 AND NOT EXISTS (SELECT 1 FROM ", $table, " WHERE ", $group, " = $1 AND user_id = $2 AND payload IS NOT $4)"
            ),
            delete: concat!(
                "DELETE FROM ", $table, " WHERE ", $group, " = $1 AND user_id = $2 AND process_id = $3
                 RETURNING NOT EXISTS (", statements!(@online $table, $group, "1"), " AND p.process_id <> $3)"
            ),
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
    (@state $table:literal, $group:literal) => {
        concat!(
            "SELECT EXISTS (SELECT 1 FROM leases WHERE process_id = $3 AND reaped_at IS NULL),
                 EXISTS (", statements!(@online $table, $group, "1"), "),
                 (", statements!(@online $table, $group, "p.payload"), " LIMIT 1)"
        )
    };
    (@own $table:literal, $group:literal) => {
        concat!("SELECT 1 FROM ", $table, " WHERE ", $group, " = $1 AND user_id = $2 AND process_id = $3")
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
    "SELECT 1 FROM members WHERE room_id = $1 AND user_id = $2",
    " FOR NO KEY UPDATE",
    "INSERT INTO presence (room_id, user_id, process_id, payload) SELECT $1, $2, $3, $4",
    false,
    "INSERT INTO presence (room_id, user_id, process_id, payload) VALUES ($1, $2, $3, $4)
     ON CONFLICT (room_id, user_id, process_id) DO UPDATE SET payload = excluded.payload"
);

/// Processes of earlier releases write one row for each socket.
const GAMES: Statements = statements!(
    "game_sockets",
    "game_id",
    "SELECT 1 FROM users WHERE id = $2 AND EXISTS (SELECT 1 FROM games WHERE games.id = $1)",
    " FOR NO KEY UPDATE OF users",
    "INSERT INTO game_sockets (socket_id, game_id, user_id, process_id, payload) SELECT $5, $1, $2, $3, $4",
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
