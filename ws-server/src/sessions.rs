//! The sessions that http-server writes, for the tier.

use std::sync::Arc;

use application::{Clock, cookie};
use futures_util::future::{BoxFuture, FutureExt, LocalBoxFuture};
use sockets::{Handshake, Identity, Sessions};
use store::{SessionId, SessionLookups, SessionToken, Store, TokenKey};
use uuid::Uuid;

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
    fn find<'a>(&'a self, handshake: &'a Handshake<'_>) -> LocalBoxFuture<'a, anyhow::Result<Option<Identity>>> {
        async move {
            for token in tokens(handshake).filter_map(|token| SessionToken::parse(token).ok()) {
                if let Some(session) = self.lookups.find(&token.hash(&self.key), self.clock.now()).await? {
                    let name = session.user.nickname.as_str().into();
                    return Ok(Some(Identity { user_id: session.user.id.uuid(), session_id: session.id.uuid(), name }));
                }
            }
            Ok(None)
        }
        .boxed_local()
    }

    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool {
        tokens(handshake).next().is_some()
    }

    fn live<'a>(&'a self, sessions: &'a [Uuid]) -> BoxFuture<'a, anyhow::Result<Vec<Uuid>>> {
        async move {
            let asked: Vec<SessionId> = sessions.iter().copied().map(SessionId::from).collect();
            let live = self.store.live_sessions(&asked, self.clock.now()).await?;
            Ok(live.into_iter().map(|session| session.uuid()).collect())
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, anyhow::Result<()>> {
        async move { Ok(self.store.check().await?) }.boxed()
    }
}

/// COOKIE_DOMAIN is http-server's to set: this process takes the cookie under the name that stands for it too.
fn tokens<'r>(handshake: &Handshake<'r>) -> impl Iterator<Item = &'r str> + use<'r> {
    cookie::session_tokens(handshake.headers("cookie"), handshake.is_secure(), true)
}
