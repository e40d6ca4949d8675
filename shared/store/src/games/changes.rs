//! Changes of games: a game is locked, read, changed and written in one transaction, so that changes wait for each other and none is
//! lost. All of a change is written, or nothing.

use sqlx::QueryBuilder;

use super::{Game, GameChange};
use crate::{
    GameId, RoomCode, Store, StoreError, Timestamp,
    db::{Db, PostgresTx, SqliteTx, ask, transaction},
};

/// How many rows one statement adds: databases limit the parameters of a statement.
const ROWS_AT_ONCE: usize = 250;

/// A game before its first change, which is written with it.
const BEGIN: &str = "INSERT INTO games (id, code, version, state, name, host, phase, seated, spectators, created_at, changed_at)
     VALUES ($1, $2, 0, '', '', '', 'lobby', 0, FALSE, $3, $3)";

const LOCK_SQLITE: &str = games!("WHERE code = $1");
const LOCK_POSTGRES: &str = games!("WHERE code = $1 FOR NO KEY UPDATE");

/// Clocks of processes differ: `changed_at` does not go back.
const ADVANCE: &str = "UPDATE games
     SET version = version + 1, state = $3, name = $4, host = $5, phase = $6, seated = $7, spectators = $8, bots_at = $9,
         due_at = $10, retry_pause = 0, retry_at = NULL, changed_at = CASE WHEN changed_at < $11 THEN $11 ELSE changed_at END
     WHERE id = $1 AND version = $2";

/// Adds `$items` to a table, each as `$values` with `$item` bound to it.
macro_rules! add {
    ($tx:ident, $into:literal, $items:expr, $item:ident => [$($value:expr),+]) => {
        for rows in $items.chunks(ROWS_AT_ONCE) {
            let mut question = QueryBuilder::new(concat!("INSERT INTO ", $into, " "));
            question.push_values(rows, |mut row, $item| {
                $(row.push_bind($value);)+
            });
            // Each number of rows is another text: kept, they would push the statements in daily use out of the cache.
            question.build().persistent(false).execute(&mut *$tx).await?;
        }
    };
}

/// Who sits, and whether it is over for them.
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

/// Writes a change of a game whose row is locked and has this version, on a connection of either database.
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

/// A game that no other process, task or scheduler changes until this is [saved](Self::save) or dropped. It holds a connection and a lock:
/// nothing should be waited for meanwhile.
#[derive(Debug)]
pub struct LockedGame {
    game: Game,
    lock: Lock,
}

#[derive(Debug)]
enum Lock {
    /// Has the whole file.
    Sqlite(SqliteTx),
    /// Has the game's row.
    Postgres(PostgresTx),
}

impl Store {
    /// A new game, of version 1.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the code is taken (try another one) or a player is no user; the database.
    pub async fn create_game(&self, code: RoomCode, change: &GameChange<'_>, now: Timestamp) -> Result<Game, StoreError> {
        let id = GameId::random();
        ask("creating a game", async {
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

    /// Waits for every other change of the game that has this code, and then keeps others from changing it. `None` where there is no such
    /// game.
    ///
    /// Waiters of several processes are served in the order of their arrival on PostgreSQL; on SQLite as the file's lock comes free.
    ///
    /// # Errors
    /// The database.
    pub async fn lock_game(&self, code: &RoomCode) -> Result<Option<LockedGame>, StoreError> {
        ask("locking a game", self.lock(code)).await
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
    /// As it is, until this is saved.
    pub fn game(&self) -> &Game {
        &self.game
    }

    /// Writes a change; the game then has the next version, and others may change it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where a player is no user, or an event's or update's number is given already; the database. Nothing was
    /// written then, unless the fate of the change is unknown ([`StoreError::Unavailable`]).
    pub async fn save(self, change: &GameChange<'_>, now: Timestamp) -> Result<(), StoreError> {
        let Self { game: Game { id, version, .. }, lock } = self;
        ask("saving a game", async {
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

    /// Lets others change the game; nothing is written. Dropping it does the same a moment later.
    pub async fn release(self) {
        let rollback = async {
            match self.lock {
                Lock::Sqlite(tx) => tx.rollback().await,
                Lock::Postgres(tx) => tx.rollback().await,
            }
        };
        // Where it fails, the lock ends with its connection.
        let _ = ask("releasing a game", rollback).await;
    }
}
