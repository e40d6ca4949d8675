//! Sessions for many handshakes at once.

use std::sync::Arc;

use store::{Session, SessionLookups, SessionToken, Store, StoreError, Timestamp, TokenKey};

/// Looks up sessions; in a storm of handshakes one query serves many of them. Every clone shares its queries.
///
/// A query runs on the runtime of one of its callers. Where runtimes end one by one, as the workers of http-server do, use
/// [`Accounts::find`](crate::Accounts::find) instead.
#[derive(Clone)]
pub struct Lookups {
    sessions: SessionLookups,
    key: Arc<TokenKey>,
}

impl Lookups {
    pub(crate) fn new(store: Store, key: Arc<TokenKey>) -> Self {
        Self { sessions: SessionLookups::new(store), key }
    }

    /// The session of the first of these tokens that has one in force. What has not the form of a token is skipped.
    ///
    /// # Errors
    /// The database.
    pub async fn find(&self, tokens: impl IntoIterator<Item = &str>, now: Timestamp) -> Result<Option<Session>, StoreError> {
        for token in tokens.into_iter().filter_map(|token| SessionToken::parse(token).ok()) {
            let session = self.sessions.find(&token.hash(&self.key), now).await?;
            if session.is_some() {
                return Ok(session);
            }
        }
        Ok(None)
    }
}
