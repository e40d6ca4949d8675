//! Games that fail are retried with growing pauses, so that other games continue.

use crate::{
    GameId, Store, StoreError, Timestamp,
    db::{query, write},
};

/// The pause after the first failure, in milliseconds. Each further failure doubles it.
const FIRST_PAUSE_MS: i64 = 1_000;
/// The maximum pause, in milliseconds: 17 minutes.
const LONGEST_PAUSE_MS: i64 = FIRST_PAUSE_MS << 10;

/// The next try of a failed game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Postponed {
    /// The time until its next try, in milliseconds.
    pub pause_ms: i64,
    /// The first failure since its last change.
    pub is_first: bool,
}

impl Store {
    /// Delays a failed game for all processes, after each failure for twice as long, until a change succeeds. Returns `None` if there is no
    /// such game, or another process has just delayed it.
    ///
    /// # Errors
    /// The database.
    pub async fn postpone_game(&self, game: GameId, now: Timestamp) -> Result<Option<Postponed>, StoreError> {
        let pause: Option<i64> = query("postponing a game", async {
            write!(&self.db, pool => sqlx::query_scalar(
                "UPDATE games SET
                     retry_pause = CASE WHEN retry_pause < $3 THEN $3 WHEN retry_pause < $4 THEN retry_pause * 2 ELSE $4 END,
                     retry_at = $2 + CASE WHEN retry_pause < $3 THEN $3 WHEN retry_pause < $4 THEN retry_pause * 2 ELSE $4 END
                 WHERE id = $1 AND (retry_at IS NULL OR retry_at <= $2) RETURNING retry_pause",
            )
            .bind(game)
            .bind(now)
            .bind(FIRST_PAUSE_MS)
            .bind(LONGEST_PAUSE_MS)
            .fetch_optional(pool)
            .await)
        })
        .await?;
        Ok(pause.map(|pause_ms| Postponed { pause_ms, is_first: pause_ms == FIRST_PAUSE_MS }))
    }
}
