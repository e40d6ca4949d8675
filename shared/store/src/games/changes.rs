//! Changes of games: whoever has read a version may write the next one, once. All of a change is written, or nothing.

use sqlx::QueryBuilder;

use super::{Game, GameChange};
use crate::{
    GameId, RoomCode, Store, StoreError, Timestamp,
    db::{ask, transaction},
};

/// How many rows one statement adds: databases limit the parameters of a statement.
const ROWS_AT_ONCE: usize = 250;

/// A game before its first change, which is written with it.
const BEGIN: &str = "INSERT INTO games (id, code, version, state, name, host, phase, seated, spectators, created_at, changed_at)
     VALUES ($1, $2, 0, '', '', '', 'lobby', 0, FALSE, $3, $3)";

/// Clocks of processes differ: `changed_at` does not go back.
const ADVANCE: &str = "UPDATE games
     SET version = version + 1, state = $3, name = $4, host = $5, phase = $6, seated = $7, spectators = $8, bots_at = $9,
         due_at = $10, changed_at = CASE WHEN changed_at < $11 THEN $11 ELSE changed_at END
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

impl Store {
    /// A new game, of version 1.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the code is taken (try another one) or a player is no user; the database.
    pub async fn create_game(&self, code: RoomCode, change: &GameChange<'_>, now: Timestamp) -> Result<Game, StoreError> {
        let id = GameId::random();
        ask("creating a game", self.write_change(id, 0, Some(&code), change, now)).await?;
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

    /// Writes a change of a game that still has this version; it then has the next one. False: somebody else was first, or
    /// there is no such game; nothing is written.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where a player is no user, or an event's or update's number is given already; the database. A
    /// change whose fate is unknown is written again: false then says that it, or another one, was stored.
    pub async fn save_game(
        &self,
        game: GameId,
        version: i64,
        change: &GameChange<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        ask("saving a game", self.write_change(game, version, None, change, now)).await
    }

    /// The game's row first: whoever else changes the game waits for it, and then finds another version. A `code` makes the row.
    async fn write_change(
        &self,
        game: GameId,
        version: i64,
        code: Option<&RoomCode>,
        change: &GameChange<'_>,
        now: Timestamp,
    ) -> sqlx::Result<bool> {
        transaction!(&self.db, tx => {
            if let Some(code) = code {
                sqlx::query(BEGIN).bind(game).bind(code).bind(now).execute(&mut *tx).await?;
            }
            let advanced = sqlx::query(ADVANCE)
                .bind(game)
                .bind(version)
                .bind(change.state)
                .bind(change.name)
                .bind(change.host)
                .bind(change.phase)
                .bind(i64::from(change.seated))
                .bind(change.spectators)
                .bind(change.bots_at)
                .bind(change.due_at)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            if advanced.rows_affected() == 0 {
                tx.rollback().await?;
                return Ok(false);
            }
            add!(tx, "game_events (game_id, n, at, event)", change.events, event =>
                [game, event.n, event.at, event.event.as_str()]);
            add!(tx, "game_updates (game_id, stream, seq, version, pos, at, body)", change.updates, update =>
                [game, update.stream, update.seq, version + 1, update.pos, update.at, update.body.as_str()]);
            seat!(tx, game, change, now);
            tx.commit().await?;
            Ok(true)
        })
    }
}
