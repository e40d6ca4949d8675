//! Who is behind a session cookie. The tier asks; the store, or a team's own, answers.

use boot::Clock;
use channels::Identity;
use futures_util::future::{BoxFuture, FutureExt};
use std::sync::Arc;
use store::{SessionId, SessionLookups, SessionToken, Store, StoreError, TokenKey};
use uuid::Uuid;

/// Looks up sessions.
pub trait Sessions: Send + Sync + 'static {
    /// Who has this token; `None` where nobody, or not any more.
    fn find<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Identity>, StoreError>>;

    /// Which of these sessions still live.
    fn live<'a>(&'a self, sessions: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Uuid>, StoreError>>;

    /// Whether the database behind them can be used, for health checks: without it no client gets in.
    fn check(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        std::future::ready(Ok(())).boxed()
    }
}

/// The sessions that `http-server` writes. In a storm of handshakes one question to the database is for many of them.
pub struct StoredSessions {
    store: Store,
    lookups: SessionLookups,
    key: Arc<TokenKey>,
    clock: Clock,
}

impl StoredSessions {
    /// Those in `store`, whose tokens' hashes `key` keys, at the time that `clock` tells.
    pub fn new(store: Store, key: Arc<TokenKey>, clock: Clock) -> Self {
        Self { lookups: SessionLookups::new(store.clone()), store, key, clock }
    }
}

impl Sessions for StoredSessions {
    fn find<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Identity>, StoreError>> {
        async move {
            let Ok(token) = SessionToken::parse(token) else { return Ok(None) };
            let session = self.lookups.find(&token.hash(&self.key), self.clock.now()).await?;
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

    fn check(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.store.check().boxed()
    }
}
