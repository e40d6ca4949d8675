//! Games as lists show them, and what a player's page says. A list's order must not tell when somebody acts in secret: games that are
//! played stand in the order in which they were made.

use super::{GameCard, RoleRecord};
use crate::{
    Store, StoreError, UserId,
    db::{ask, read},
};

/// Games as a list shows them; the rest of the statement follows.
macro_rules! cards {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.code, g.name, g.host, g.phase, g.seated, g.spectators, g.created_at, g.changed_at FROM games g ",
            $rest
        )
    };
}

impl Store {
    /// At most `limit` games to sit down at or to watch: first those that have not begun and at which somebody sits, then those that are played and may be
    /// watched; newest change first, of those that are played the newest.
    ///
    /// # Errors
    /// The database.
    pub async fn list_games(&self, limit: u32) -> Result<Vec<GameCard>, StoreError> {
        ask("listing games", async {
            // The phases' names happen to stand in this order.
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

    /// At most `limit` games in which a person has a seat, also those that are over; newest change first, as in
    /// [`list_games`](Self::list_games).
    ///
    /// # Errors
    /// The database.
    pub async fn games_of(&self, user: UserId, limit: u32) -> Result<Vec<GameCard>, StoreError> {
        ask("listing a user's games", async {
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

    /// How a person did in the games that are over, by role in the order of the roles' names.
    ///
    /// # Errors
    /// The database.
    pub async fn record_of(&self, user: UserId) -> Result<Vec<RoleRecord>, StoreError> {
        ask("counting a user's games", async {
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
