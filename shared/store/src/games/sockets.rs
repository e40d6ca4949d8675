//! Which seats of a game are online: those that have a socket through a process whose lease holds. Of a killed process nobody
//! renews the lease, and its sockets no longer count.

use uuid::Uuid;

use crate::{
    GameId, ProcessId, Store, StoreError, Timestamp,
    db::{ask, read, write},
};

impl Store {
    /// A seat has a socket through a process that holds a lease. A socket that is open already moves to the game and seat.
    ///
    /// The socket goes with the lease: a process that [lost](crate::Lease::Lost) its lease opens its sockets again.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is no such game, or the process never took a lease; the database.
    pub async fn open_game_socket(&self, socket: Uuid, game: GameId, seat: i64, process: ProcessId) -> Result<(), StoreError> {
        ask("opening a game's socket", async {
            write!(&self.db, pool => sqlx::query(
                "INSERT INTO game_sockets (socket_id, game_id, seat, process_id) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (socket_id)
                 DO UPDATE SET game_id = excluded.game_id, seat = excluded.seat, process_id = excluded.process_id",
            )
            .bind(socket)
            .bind(game)
            .bind(seat)
            .bind(process)
            .execute(pool)
            .await
            .map(drop))
        })
        .await
    }

    /// A socket is closed. Nothing happens where it was not open.
    ///
    /// # Errors
    /// The database.
    pub async fn close_game_socket(&self, socket: Uuid) -> Result<(), StoreError> {
        ask("closing a game's socket", async {
            write!(&self.db, pool => sqlx::query("DELETE FROM game_sockets WHERE socket_id = $1")
                .bind(socket)
                .execute(pool)
                .await
                .map(drop))
        })
        .await
    }

    /// The seats of a game that have a socket in a living process, in ascending order.
    ///
    /// # Errors
    /// The database.
    pub async fn seats_online(&self, game: GameId, now: Timestamp) -> Result<Vec<i64>, StoreError> {
        ask("listing the seats that are online", async {
            read!(&self.db, pool => sqlx::query_scalar(
                "SELECT DISTINCT s.seat FROM game_sockets s JOIN leases l ON l.process_id = s.process_id
                 WHERE s.game_id = $1 AND l.reaped_at IS NULL AND l.expires_at > $2 ORDER BY s.seat",
            )
            .bind(game)
            .bind(now)
            .fetch_all(pool)
            .await)
        })
        .await
    }
}
