//! Sessions. A session is valid until it expires or is revoked.

use std::{collections::HashMap, iter::repeat};

use sqlx::{FromRow, QueryBuilder};

use crate::{
    Nickname, Session, SessionId, Store, StoreError, Timestamp, TokenHash, User, UserId,
    db::{query, read, transaction, write},
};

/// The maximum number of ids in one query: databases limit the parameters.
const IDS_AT_ONCE: usize = 500;
/// The maximum number of tokens in one query. A power of two, since queries are padded to powers of two: each length is a statement that a
/// connection prepares once and keeps.
pub(crate) const TOKENS_AT_ONCE: usize = 64;

const INSERT: &str = "INSERT INTO sessions (id, user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";

#[derive(FromRow)]
struct SessionRow {
    id: SessionId,
    expires_at: Timestamp,
    user_id: UserId,
    nickname: Nickname,
    user_created_at: Timestamp,
}

#[derive(FromRow)]
struct FoundRow {
    token_hash: Vec<u8>,
    #[sqlx(flatten)]
    session: SessionRow,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        let user = User { id: row.user_id, nickname: row.nickname, created_at: row.user_created_at };
        Self { id: row.id, user, expires_at: row.expires_at }
    }
}

impl Store {
    /// Creates a session. `token` is the hash of a new token, whose text only the browser has.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such user, or the token is not new; the database.
    pub async fn create_session(
        &self,
        user: UserId,
        token: &TokenHash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Session, StoreError> {
        let id = SessionId::random();
        let user = query("creating a session", async {
            transaction!(&self.db, tx => {
                sqlx::query(INSERT)
                    .bind(id)
                    .bind(user)
                    .bind(token.as_bytes())
                    .bind(now)
                    .bind(expires_at)
                    .execute(&mut *tx)
                    .await?;
                let user = sqlx::query_as("SELECT id, nickname, created_at FROM users WHERE id = $1")
                    .bind(user)
                    .fetch_one(&mut *tx)
                    .await?;
                tx.commit().await?;
                Ok(user)
            })
        })
        .await?;
        Ok(Session { id, user, expires_at })
    }

    /// Revokes all sessions of a user and creates a new one. Returns the new session and the revoked ones. Of concurrent calls, only the
    /// last one's session stays.
    ///
    /// # Errors
    /// As [`create_session`](Self::create_session).
    pub async fn replace_sessions(
        &self,
        user: UserId,
        token: &TokenHash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(Session, Vec<SessionId>), StoreError> {
        let id = SessionId::random();
        let replaced = query("replacing a user's sessions", async {
            transaction!(&self.db, tx => {
                // A no-op that locks the user's row, so that two replacements run one after the other.
                let found: Option<User> = sqlx::query_as(
                    "UPDATE users SET nickname = nickname WHERE id = $1 RETURNING id, nickname, created_at",
                )
                .bind(user)
                .fetch_optional(&mut *tx)
                .await?;
                let Some(user) = found else { return Ok(None) };
                let ended: Vec<SessionId> = sqlx::query_scalar(
                    "UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 RETURNING id",
                )
                .bind(user.id)
                .bind(now)
                .fetch_all(&mut *tx)
                .await?;
                sqlx::query(INSERT)
                    .bind(id)
                    .bind(user.id)
                    .bind(token.as_bytes())
                    .bind(now)
                    .bind(expires_at)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                Ok(Some((user, ended)))
            })
        })
        .await?;
        let none = || StoreError::conflict(format!("replacing the sessions of user {user}: there is no such user"));
        let (user, ended) = replaced.ok_or_else(none)?;
        Ok((Session { id, user, expires_at }, ended))
    }

    /// Returns the session of a token, if it is valid.
    ///
    /// # Errors
    /// The database.
    pub async fn session_by_token(&self, token: &TokenHash, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let found: Option<SessionRow> = query("looking up a session", async {
            read!(&self.db, pool => sqlx::query_as(
                "SELECT s.id, s.expires_at, u.id AS user_id, u.nickname, u.created_at AS user_created_at
                 FROM sessions s JOIN users u ON u.id = s.user_id
                 WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.revoked_at IS NULL",
            )
            .bind(token.as_bytes())
            .bind(now)
            .fetch_optional(pool)
            .await)
        })
        .await?;
        Ok(found.map(Session::from))
    }

    /// Returns a session by its id, if it is valid.
    ///
    /// # Errors
    /// The database.
    pub async fn session_by_id(&self, session: SessionId, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let found: Option<SessionRow> = query("looking up a session by its id", async {
            read!(&self.db, pool => sqlx::query_as(
                "SELECT s.id, s.expires_at, u.id AS user_id, u.nickname, u.created_at AS user_created_at
                 FROM sessions s JOIN users u ON u.id = s.user_id
                 WHERE s.id = $1 AND s.expires_at > $2 AND s.revoked_at IS NULL",
            )
            .bind(session)
            .bind(now)
            .fetch_optional(pool)
            .await)
        })
        .await?;
        Ok(found.map(Session::from))
    }

    /// Returns the sessions of many tokens, in their order, as [`session_by_token`](Self::session_by_token): one query for every 64 of
    /// them.
    ///
    /// # Errors
    /// The database.
    pub async fn sessions_by_tokens(&self, tokens: &[TokenHash], now: Timestamp) -> Result<Vec<Option<Session>>, StoreError> {
        let mut sessions = Vec::with_capacity(tokens.len());
        for chunk in tokens.chunks(TOKENS_AT_ONCE) {
            let rows = query("looking up sessions", self.found_among(chunk, now)).await?;
            let found: HashMap<Vec<u8>, Session> =
                rows.into_iter().map(|row| (row.token_hash, Session::from(row.session))).collect();
            sessions.extend(chunk.iter().map(|token| found.get(token.as_bytes()).cloned()));
        }
        Ok(sessions)
    }

    async fn found_among(&self, tokens: &[TokenHash], now: Timestamp) -> sqlx::Result<Vec<FoundRow>> {
        let Some(last) = tokens.last() else { return Ok(Vec::new()) };
        // Repeating the last token only pads the statement.
        let filled = tokens.iter().chain(repeat(last)).take(tokens.len().next_power_of_two());
        read!(&self.db, pool => {
            let mut question = QueryBuilder::new(
                "SELECT s.token_hash, s.id, s.expires_at, u.id AS user_id, u.nickname, u.created_at AS user_created_at
                 FROM sessions s JOIN users u ON u.id = s.user_id
                 WHERE s.revoked_at IS NULL AND s.expires_at > ",
            );
            question.push_bind(now).push(" AND s.token_hash IN (");
            let mut hashes = question.separated(", ");
            for token in filled {
                hashes.push_bind(token.as_bytes());
            }
            question.push(")").build_query_as().fetch_all(pool).await
        })
    }

    /// Revokes a session. Returns false if it was not valid.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_session(&self, session: SessionId, now: Timestamp) -> Result<bool, StoreError> {
        query("revoking a session", async {
            write!(&self.db, pool => sqlx::query(
                "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2",
            )
            .bind(session)
            .bind(now)
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))
        })
        .await
    }

    /// Whether a session is valid.
    ///
    /// # Errors
    /// The database.
    pub async fn session_is_live(&self, session: SessionId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(!self.live_sessions(&[session], now).await?.is_empty())
    }

    /// Returns those of the sessions that are valid, in any order: one query for hundreds of sockets.
    ///
    /// # Errors
    /// The database.
    pub async fn live_sessions(&self, sessions: &[SessionId], now: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let mut live = Vec::with_capacity(sessions.len());
        for chunk in sessions.chunks(IDS_AT_ONCE) {
            live.extend(query("checking sessions", self.live_among(chunk, now)).await?);
        }
        Ok(live)
    }

    async fn live_among(&self, sessions: &[SessionId], now: Timestamp) -> sqlx::Result<Vec<SessionId>> {
        read!(&self.db, pool => {
            let mut question = QueryBuilder::new("SELECT id FROM sessions WHERE revoked_at IS NULL AND expires_at > ");
            question.push_bind(now).push(" AND id IN (");
            let mut ids = question.separated(", ");
            for session in sessions {
                ids.push_bind(*session);
            }
            // Not cached: each number of ids is a separate statement, which would evict the frequent ones.
            question.push(")").build_query_scalar().persistent(false).fetch_all(pool).await
        })
    }

    /// Deletes the sessions that ended before `before`. Returns their number.
    ///
    /// # Errors
    /// The database.
    pub async fn purge_sessions(&self, before: Timestamp) -> Result<u64, StoreError> {
        query("purging sessions", async {
            write!(&self.db, pool => sqlx::query("DELETE FROM sessions WHERE expires_at < $1 OR revoked_at < $1")
                .bind(before)
                .execute(pool)
                .await
                .map(|done| done.rows_affected()))
        })
        .await
    }
}
