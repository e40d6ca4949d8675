//! Actions on accounts: each writes, then announces.

use std::sync::Arc;

use catamaran::{Announcer, ChannelLayer, Close, CloseCode, SocketOrder};
use store::{Nickname, Session, SessionId, SessionToken, Store, StoreError, Timestamp, TokenKey, UserId};

use crate::Lookups;

/// A session lives this long.
pub const SESSION_DAYS: i64 = 30;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The accounts in one database. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    announcer: Announcer,
    key: Arc<TokenKey>,
}

/// A new session, and the token that only its client gets.
pub struct NewSession {
    /// The session.
    pub session: Session,
    /// The value of the session's cookie.
    pub token: SessionToken,
}

impl Accounts {
    /// The accounts in `store`. Ends of sessions are announced over `layer`; `key` keys the hashes of tokens.
    pub fn new(store: Store, layer: Arc<dyn ChannelLayer>, key: Arc<TokenKey>) -> Self {
        Self { store, announcer: Announcer::new(layer), key }
    }

    /// Creates a user and signs it in.
    ///
    /// # Errors
    /// The database.
    pub async fn sign_up(&self, nickname: &Nickname, now: Timestamp) -> Result<NewSession, StoreError> {
        let token = SessionToken::generate();
        let user = self.store.create_user(nickname, now).await?;
        let session = self.store.create_session(user.id, &token.hash(&self.key), now, end(now)).await?;
        Ok(NewSession { session, token })
    }

    /// Signs a user in again under this nickname: with a new session and token, since another client may know the old token (a cookie
    /// can be planted). Every other session of the user ends, for that client may have made some. Their sockets close with 1012, so
    /// that they connect again with the new cookie.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is no such user; the database.
    pub async fn sign_in_again(&self, user: UserId, nickname: &Nickname, now: Timestamp) -> Result<NewSession, StoreError> {
        self.store.rename_user(user, nickname).await?;
        let token = SessionToken::generate();
        let (session, ended) = self.store.replace_sessions(user, &token.hash(&self.key), now, end(now)).await?;
        for ended in ended {
            self.close_sockets(ended, Close::new(CloseCode(1012), "your session has a new cookie; connect again")).await;
        }
        Ok(NewSession { session, token })
    }

    /// Ends a session; one that has ended before is no error. Its sockets close with 4401.
    ///
    /// # Errors
    /// The database.
    pub async fn sign_out(&self, session: SessionId, now: Timestamp) -> Result<(), StoreError> {
        self.store.revoke_session(session, now).await?;
        self.close_sockets(session, Close::new(CloseCode(4401), "your session has ended; sign in again")).await;
        Ok(())
    }

    /// The session of the first of these tokens that has one in force. Each token costs one query.
    ///
    /// # Errors
    /// The database.
    pub async fn find(&self, tokens: &[SessionToken], now: Timestamp) -> Result<Option<Session>, StoreError> {
        for token in tokens {
            let session = self.store.session_by_token(&token.hash(&self.key), now).await?;
            if session.is_some() {
                return Ok(session);
            }
        }
        Ok(None)
    }

    /// Lookups of sessions in which many callers share a query, for handshakes.
    pub fn lookups(&self) -> Lookups {
        Lookups::new(self.store.clone(), Arc::clone(&self.key))
    }

    /// Which of these sessions are in force.
    ///
    /// # Errors
    /// The database.
    pub async fn live(&self, sessions: &[SessionId], now: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        self.store.live_sessions(sessions, now).await
    }

    /// Whether the database can be used, for health checks.
    ///
    /// # Errors
    /// The database.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }

    /// Removes the rows of sessions that have ended, and gives their number. Ended sessions are refused in any case.
    ///
    /// # Errors
    /// The database.
    pub async fn remove_ended(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.store.purge_sessions(now).await
    }

    async fn close_sockets(&self, session: SessionId, close: Close) {
        let order = SocketOrder::close_session(session.uuid(), close);
        self.announcer.announce(&SocketOrder::group(), &order, &SocketOrder::Check).await;
    }
}

fn end(now: Timestamp) -> Timestamp {
    now + SESSION_DAYS * DAY_MS
}
