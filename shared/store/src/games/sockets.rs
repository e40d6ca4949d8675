//! Who is connected to a game: who has a socket through a process whose lease holds. Of a killed process nobody renews the lease, and
//! its sockets no longer count. People, not seats: before a game begins, seats move up.

use std::collections::BTreeSet;

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

    /// Takes away the sockets of processes whose lease was [reaped](Self::reap), and says whose they were. Of several that ask at once,
    /// one gets each socket.
    ///
    /// # Errors
    /// The database; the next call makes up for it.
    pub async fn close_sockets_of_the_dead(&self) -> Result<BTreeSet<(GameId, UserId)>, StoreError> {
        let gone: Vec<_> = ask("closing dead processes' game sockets", async {
            write!(&self.db, pool => sqlx::query_as(
                "DELETE FROM game_sockets WHERE process_id IN (SELECT process_id FROM leases WHERE reaped_at IS NOT NULL)
                 RETURNING game_id, user_id",
            )
            .fetch_all(pool)
            .await)
        })
        .await?;
        Ok(gone.into_iter().collect())
    }

    /// Who has a socket to a game in a living process, in the order of their ids.
    ///
    /// # Errors
    /// The database.
    pub async fn users_online(&self, game: GameId, now: Timestamp) -> Result<Vec<UserId>, StoreError> {
        ask("listing who is connected to a game", async {
            read!(&self.db, pool => sqlx::query_scalar(
                "SELECT DISTINCT s.user_id FROM game_sockets s JOIN leases l ON l.process_id = s.process_id
                 WHERE s.game_id = $1 AND l.reaped_at IS NULL AND l.expires_at > $2 ORDER BY s.user_id",
            )
            .bind(game)
            .bind(now)
            .fetch_all(pool)
            .await)
        })
        .await
    }

    /// How many sockets of a process are counted: fewer than it has where it lost its lease meanwhile.
    ///
    /// # Errors
    /// The database.
    pub async fn game_sockets_of(&self, process: ProcessId) -> Result<u64, StoreError> {
        let count: i64 = ask("counting a process's game sockets", async {
            read!(&self.db, pool => sqlx::query_scalar("SELECT COUNT(*) FROM game_sockets WHERE process_id = $1")
                .bind(process)
                .fetch_one(pool)
                .await)
        })
        .await?;
        Ok(count.unsigned_abs())
    }
}
