//! Changes of games. A game is locked, read, changed and written in one transaction, so that changes wait for each other and none is lost.

use sqlx::QueryBuilder;

use super::{Game, GameChange};
use crate::{
    GameId, RoomCode, Store, StoreError, Timestamp,
    db::{Db, PostgresTx, SqliteTx, query, transaction},
};

/// The maximum number of rows in one statement: databases limit the parameters.
const ROWS_AT_ONCE: usize = 250;

/// Inserts a game before its first change, in the same transaction.
const BEGIN: &str = "INSERT INTO games (id, code, version, state, name, host, phase, seated, spectators, created_at, changed_at)
     VALUES ($1, $2, 0, '', '', '', 'lobby', 0, FALSE, $3, $3)";

const LOCK_SQLITE: &str = games!("WHERE code = $1");
const LOCK_POSTGRES: &str = games!("WHERE code = $1 FOR NO KEY UPDATE");

/// `changed_at` never goes back, since the clocks of processes differ.
const ADVANCE: &str = "UPDATE games
     SET version = version + 1, state = $3, name = $4, host = $5, phase = $6, seated = $7, spectators = $8, bots_at = $9,
         due_at = $10, retry_pause = 0, retry_at = NULL, changed_at = CASE WHEN changed_at < $11 THEN $11 ELSE changed_at END
     WHERE id = $1 AND version = $2";

/// Inserts `$items` into a table, each with `$values`.
macro_rules! add {
    ($tx:ident, $into:literal, $items:expr, $item:ident => [$($value:expr),+]) => {
        for rows in $items.chunks(ROWS_AT_ONCE) {
            let mut question = QueryBuilder::new(concat!("INSERT INTO ", $into, " "));
            question.push_values(rows, |mut row, $item| {
                $(row.push_bind($value);)+
            });
            // Not cached: each number of rows is a separate statement, which would evict the frequent ones.
            question.build().persistent(false).execute(&mut *$tx).await?;
        }
    };
}

/// Writes the seated players, and whether the game is over for them.
macro_rules! seat {
    ($tx:ident, $game:expr, $change:expr, $now:expr) => {
        match $change.players {
            Some(players) => {
                sqlx::query("DELETE FROM game_players WHERE game_id = $1").bind($game).execute(&mut *$tx).await?;
                let ended_at = $change.over.then_some($now);
                add!($tx, "game_players (game_id, user_id, seat, role, won, ended_at)", players, player =>
                    [$game, player.user, player.seat, player.role.as_deref(), player.won, ended_at]);
            }
            None if $change.over => {
                sqlx::query("UPDATE game_players SET ended_at = $2 WHERE game_id = $1 AND ended_at IS NULL")
                    .bind($game)
                    .bind($now)
                    .execute(&mut *$tx)
                    .await?;
            }
            None => {}
        }
    };
}

/// Writes a change of a locked game on a connection of either database.
macro_rules! write_change {
    ($tx:ident, $game:expr, $version:expr, $change:expr, $now:expr) => {
        sqlx::query(ADVANCE)
            .bind($game)
            .bind($version)
            .bind($change.state)
            .bind($change.name)
            .bind($change.host)
            .bind($change.phase)
            .bind(i64::from($change.seated))
            .bind($change.spectators)
            .bind($change.bots_at)
            .bind($change.due_at)
            .bind($now)
            .execute(&mut *$tx)
            .await?;
        add!($tx, "game_events (game_id, n, at, event)", $change.events, event =>
            [$game, event.n, event.at, event.event.as_str()]);
        add!($tx, "game_updates (game_id, stream, seq, version, pos, at, body)", $change.updates, update =>
            [$game, update.stream, update.seq, $version + 1, update.pos, update.at, update.body.as_str()]);
        seat!($tx, $game, $change, $now);
    };
}

/// A game locked against other changes until it is [saved](Self::save) or dropped. It holds a connection and a lock, so the caller must not
/// wait for anything else meanwhile.
#[derive(Debug)]
pub struct LockedGame {
    game: Game,
    lock: Lock,
}

#[derive(Debug)]
enum Lock {
    /// Locks the whole file.
    Sqlite(SqliteTx),
    /// Locks the game's row.
    Postgres(PostgresTx),
}

impl Store {
    /// Creates a game with version 1.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the code is taken (try another one) or a player is unknown; the database.
    pub async fn create_game(&self, code: RoomCode, change: &GameChange<'_>, now: Timestamp) -> Result<Game, StoreError> {
        let id = GameId::random();
        query("creating a game", async {
            transaction!(&self.db, tx => {
                sqlx::query(BEGIN).bind(id).bind(&code).bind(now).execute(&mut *tx).await?;
                write_change!(tx, id, 0_i64, change, now);
                tx.commit().await
            })
        })
        .await?;
        Ok(Game {
            id,
            code,
            version: 1,
            announced: 0,
            state: change.state.to_owned(),
            bots_at: change.bots_at,
            due_at: change.due_at,
            created_at: now,
            changed_at: now,
        })
    }

    /// Waits for all other changes of the game, then locks it. Returns `None` if there is no such game.
    ///
    /// On PostgreSQL the waiting processes are served in order; on SQLite as the file's lock becomes free.
    ///
    /// # Errors
    /// The database.
    pub async fn lock_game(&self, code: &RoomCode) -> Result<Option<LockedGame>, StoreError> {
        query("locking a game", self.lock(code)).await
    }

    async fn lock(&self, code: &RoomCode) -> sqlx::Result<Option<LockedGame>> {
        let locked = match &self.db {
            Db::Sqlite(files) => {
                let mut tx = files.begin().await?;
                let game = sqlx::query_as(LOCK_SQLITE).bind(code).fetch_optional(&mut *tx).await?;
                game.map(|game| LockedGame { game, lock: Lock::Sqlite(tx) })
            }
            Db::Postgres(server) => {
                let mut tx = server.begin().await?;
                let game = sqlx::query_as(LOCK_POSTGRES).bind(code).fetch_optional(&mut *tx).await?;
                game.map(|game| LockedGame { game, lock: Lock::Postgres(tx) })
            }
        };
        Ok(locked)
    }
}

impl LockedGame {
    /// The game before the change.
    pub fn game(&self) -> &Game {
        &self.game
    }

    /// Writes a change with the next version, and releases the lock.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a player is unknown, or an event's or update's number exists; the database. Nothing was written, except
    /// possibly after [`StoreError::Unavailable`].
    pub async fn save(self, change: &GameChange<'_>, now: Timestamp) -> Result<(), StoreError> {
        let Self { game: Game { id, version, .. }, lock } = self;
        query("saving a game", async {
            match lock {
                Lock::Sqlite(mut tx) => {
                    write_change!(tx, id, version, change, now);
                    tx.commit().await
                }
                Lock::Postgres(mut tx) => {
                    write_change!(tx, id, version, change, now);
                    tx.commit().await
                }
            }
        })
        .await
    }

    /// Releases the lock without a change. Dropping does the same a moment later.
    pub async fn release(self) {
        let rollback = async {
            match self.lock {
                Lock::Sqlite(tx) => tx.rollback().await,
                Lock::Postgres(tx) => tx.rollback().await,
            }
        };
        // If this fails, the lock ends with its connection.
        let _ = query("releasing a game", rollback).await;
    }
}
