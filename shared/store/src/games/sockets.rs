//! Who is connected to a game: who has a socket through a process whose lease was not reaped. Of a killed process nobody renews the lease,
//! others reap it, and its sockets no longer count. People, not seats: before a game begins, seats move up.

use uuid::Uuid;

use crate::{
    GameId, ProcessId, Store, StoreError, Timestamp, UserId,
    db::{ask, read, write},
};

impl Store {
    /// A person has a socket through a process that holds a lease. A socket that is open already moves to the game and person.
    ///
    /// The socket goes with the lease: a process that [lost](crate::Lease::Lost) its lease opens its sockets again.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is no such game or user, or the process never took a lease; the database.
    pub async fn open_game_socket(&self, socket: Uuid, game: GameId, user: UserId, process: ProcessId) -> Result<(), StoreError> {
        ask("opening a game's socket", async {
            write!(&self.db, pool => sqlx::query(
                "INSERT INTO game_sockets (socket_id, game_id, user_id, process_id) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (socket_id)
                 DO UPDATE SET game_id = excluded.game_id, user_id = excluded.user_id, process_id = excluded.process_id",
            )
            .bind(socket)
            .bind(game)
            .bind(user)
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

    /// The same for a socket of a process whose lease was [reaped](Self::reap); nothing happens where the process has come back and holds it
    /// again.
    ///
    /// # Errors
    /// The database.
    pub async fn close_socket_of_the_dead(&self, socket: Uuid) -> Result<(), StoreError> {
        ask("closing a dead process's game socket", async {
            write!(&self.db, pool => sqlx::query(
                "DELETE FROM game_sockets
                 WHERE socket_id = $1 AND process_id IN (SELECT process_id FROM leases WHERE reaped_at IS NOT NULL)",
            )
            .bind(socket)
            .execute(pool)
            .await
            .map(drop))
        })
        .await
    }

    /// The sockets of processes whose lease was [reaped](Self::reap), with whose they are and at which game: at most `limit`. They count
    /// for nothing, and stay until they are [closed](Self::close_socket_of_the_dead), so that whoever tells of them may die while telling.
    ///
    /// # Errors
    /// The database.
    pub async fn sockets_of_the_dead(&self, limit: u32) -> Result<Vec<(Uuid, GameId, UserId)>, StoreError> {
        ask("listing dead processes' game sockets", async {
            read!(&self.db, pool => sqlx::query_as(
                "SELECT socket_id, game_id, user_id FROM game_sockets
                 WHERE process_id IN (SELECT process_id FROM leases WHERE reaped_at IS NOT NULL) LIMIT $1",
            )
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await)
        })
        .await
    }

    /// Who has a socket to a game in a process that nobody has taken for dead, in the order of their ids. A lease that has run out and was
    /// not reaped still counts: after an outage of the database all of them have, and nobody has gone.
    ///
    /// # Errors
    /// The database.
    pub async fn users_online(&self, game: GameId) -> Result<Vec<UserId>, StoreError> {
        ask("listing who is connected to a game", async {
            read!(&self.db, pool => sqlx::query_scalar(
                "SELECT DISTINCT s.user_id FROM game_sockets s JOIN leases l ON l.process_id = s.process_id
                 WHERE s.game_id = $1 AND l.reaped_at IS NULL ORDER BY s.user_id",
            )
            .bind(game)
            .fetch_all(pool)
            .await)
        })
        .await
    }

    /// The sockets of a process, with whose they are and at which game: others than it has where it lost its lease meanwhile.
    ///
    /// # Errors
    /// The database.
    pub async fn game_sockets_of(&self, process: ProcessId) -> Result<Vec<(Uuid, GameId, UserId)>, StoreError> {
        ask("listing a process's game sockets", async {
            read!(&self.db, pool => sqlx::query_as("SELECT socket_id, game_id, user_id FROM game_sockets WHERE process_id = $1")
                .bind(process)
                .fetch_all(pool)
                .await)
        })
        .await
    }

    /// Remembers when the host of a game went, the last one alone.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is no such game or user; the database.
    pub async fn host_left(&self, game: GameId, host: UserId, at: Timestamp) -> Result<(), StoreError> {
        ask("noting that a host went", async {
            write!(&self.db, pool => sqlx::query(
                "INSERT INTO host_departures (game_id, user_id, left_at) VALUES ($1, $2, $3)
                 ON CONFLICT (game_id) DO UPDATE SET user_id = excluded.user_id, left_at = excluded.left_at",
            )
            .bind(game)
            .bind(host)
            .bind(at)
            .execute(pool)
            .await
            .map(drop))
        })
        .await
    }

    /// When this host of a game [went](Self::host_left) last, if nobody else did since.
    ///
    /// # Errors
    /// The database.
    pub async fn host_left_at(&self, game: GameId, host: UserId) -> Result<Option<Timestamp>, StoreError> {
        ask("asking when a host went", async {
            read!(&self.db, pool => sqlx::query_scalar("SELECT left_at FROM host_departures WHERE game_id = $1 AND user_id = $2")
                .bind(game)
                .bind(host)
                .fetch_optional(pool)
                .await)
        })
        .await
    }
}
