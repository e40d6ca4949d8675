//! Who is behind a session cookie. The tier asks; the store, or a team's own, answers.

use boot::Clock;
use channels::Identity;
use futures_util::future::{BoxFuture, FutureExt};
use std::sync::Arc;
use store::{SessionId, SessionToken, Store, StoreError, TokenKey};
use uuid::Uuid;

/// Looks up sessions.
pub trait Sessions: Send + Sync + 'static {
    /// Who has this token; `None` where nobody, or not any more.
    fn find<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Identity>, StoreError>>;

    /// Which of these sessions still live.
    fn live<'a>(&'a self, sessions: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Uuid>, StoreError>>;
}

/// The sessions that `http-server` writes.
pub struct StoredSessions {
    /// Where they are.
    pub store: Store,
    /// Keys the hashes of their tokens.
    pub key: Arc<TokenKey>,
    /// The time.
    pub clock: Clock,
}

impl Sessions for StoredSessions {
    fn find<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Identity>, StoreError>> {
        async move {
            let Ok(token) = SessionToken::parse(token) else { return Ok(None) };
            let session = self.store.session_by_token(&token.hash(&self.key), self.clock.now()).await?;
            Ok(session.map(|session| Identity {
                user_id: session.user.id.uuid(),
                session_id: session.id.uuid(),
                name: session.user.nickname.as_str().into(),
            }))
        }
        .boxed()
    }

    fn live<'a>(&'a self, sessions: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Uuid>, StoreError>> {
        async move {
            let asked: Vec<SessionId> = sessions.iter().copied().map(SessionId::from).collect();
            let live = self.store.live_sessions(&asked, self.clock.now()).await?;
            Ok(live.into_iter().map(|session| session.uuid()).collect())
        }
        .boxed()
    }
}
