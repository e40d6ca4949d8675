//! Lists of games, and players' statistics. The order must not reveal secret actions, so running games are sorted by their creation.

use super::{GameCard, RoleRecord};
use crate::{
    Store, StoreError, UserId,
    db::{query, read},
};

/// Selects the columns of a list; the rest of the statement follows.
macro_rules! cards {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.code, g.name, g.host, g.phase, g.seated, g.spectators, g.created_at, g.changed_at FROM games g ",
            $rest
        )
    };
}

impl Store {
    /// At most `limit` games to join or watch: first the unstarted ones with players, by newest change, then the watchable running ones, by
    /// newest creation.
    ///
    /// # Errors
    /// The database.
    pub async fn list_games(&self, limit: u32) -> Result<Vec<GameCard>, StoreError> {
        query("listing games", async {
            // The phases' names are in this order alphabetically.
            read!(&self.db, pool => sqlx::query_as(cards!(
                "WHERE (g.phase = 'lobby' AND g.seated > 0) OR (g.phase = 'playing' AND g.spectators)
                 ORDER BY g.phase, CASE WHEN g.phase = 'playing' THEN g.created_at ELSE g.changed_at END DESC,
                     g.id DESC LIMIT $1"
            ))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await)
        })
        .await
    }

    /// At most `limit` games in which the user has a seat, including finished ones, in the order of [`list_games`](Self::list_games).
    ///
    /// # Errors
    /// The database.
    pub async fn games_of(&self, user: UserId, limit: u32) -> Result<Vec<GameCard>, StoreError> {
        query("listing a user's games", async {
            read!(&self.db, pool => sqlx::query_as(cards!(
                "JOIN game_players p ON p.game_id = g.id WHERE p.user_id = $1
                 ORDER BY CASE WHEN g.phase = 'playing' THEN g.created_at ELSE g.changed_at END DESC, g.id DESC LIMIT $2"
            ))
            .bind(user)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await)
        })
        .await
    }

    /// A user's results in finished games, by role, ordered by the roles' names.
    ///
    /// # Errors
    /// The database.
    pub async fn record_of(&self, user: UserId) -> Result<Vec<RoleRecord>, StoreError> {
        query("counting a user's games", async {
            read!(&self.db, pool => sqlx::query_as(
                "SELECT role, COUNT(*) AS games, COUNT(CASE WHEN won THEN 1 END) AS wins FROM game_players
                 WHERE user_id = $1 AND ended_at IS NOT NULL AND role IS NOT NULL GROUP BY role ORDER BY role",
            )
            .bind(user)
            .fetch_all(pool)
            .await)
        })
        .await
    }
}
