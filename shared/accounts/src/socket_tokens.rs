//! Socket tokens: they carry a session to a socket whose host does not get the session's cookie.

use std::{sync::Arc, time::Duration};

use catamaran_socket_token::{TokenFault, TokenKeys};
use store::{Session, SessionId, Store, StoreError, Timestamp};

/// Used tokens are remembered for this long after they have expired, so that a slow clock of another process does not matter.
const MEMORY_MS: i64 = 10 * 60 * 1000;

/// Makes socket tokens for sessions, and takes each of them once. Cheap to clone.
#[derive(Clone)]
pub struct SocketTokens {
    store: Store,
    keys: Arc<TokenKeys>,
}

/// A new socket token.
pub struct NewSocketToken {
    /// The subprotocol that the client offers: a secret until it is used.
    pub subprotocol: String,
    /// The first moment at which it is not valid any more, in Unix milliseconds.
    pub expires_at: Timestamp,
}

/// The reason why a socket token is refused.
#[derive(Debug)]
pub enum SocketTokenError {
    /// It is none of ours, or has expired. The client may ask for a new one.
    Fault(TokenFault),
    /// It was used before. The client may ask for a new one.
    Used,
    /// The session for which it was made has ended.
    Ended,
    /// The database.
    Store(StoreError),
}

impl From<StoreError> for SocketTokenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl SocketTokens {
    /// The tokens for the sessions in `store`, signed with `keys`.
    pub fn new(store: Store, keys: Arc<TokenKeys>) -> Self {
        Self { store, keys }
    }

    /// Makes a token for a session. Nothing is stored until it is used.
    pub fn make(&self, session: &Session, lifetime: Duration, now: Timestamp) -> NewSocketToken {
        let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
        let expires_at = now.saturating_add(lifetime).min(session.expires_at);
        NewSocketToken { subprotocol: self.keys.sign(&session.id.to_string(), expires_at), expires_at }
    }

    /// Takes a token, and returns its session. The same token is refused from then on, by every process.
    ///
    /// # Errors
    /// See [`SocketTokenError`].
    pub async fn take(&self, token: &str, now: Timestamp) -> Result<Session, SocketTokenError> {
        let claims = self.keys.open(token, now).map_err(SocketTokenError::Fault)?;
        let session: SessionId = claims.subject.parse().map_err(|_| SocketTokenError::Fault(TokenFault::Foreign))?;
        let session = self.store.session_by_id(session, now).await?.ok_or(SocketTokenError::Ended)?;
        let is_first = self.store.use_socket_token(&claims.id, claims.expires_at).await?;
        if is_first { Ok(session) } else { Err(SocketTokenError::Used) }
    }

    /// Forgets the tokens that have expired. Returns their number.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.store.purge_socket_tokens(now - MEMORY_MS).await
    }
}
