//! The sessions of accounts, for the tier.

use accounts::{Accounts, Lookups, cookie};
use application::Clock;
use futures_util::future::{BoxFuture, FutureExt, LocalBoxFuture};
use sockets::{Handshake, Identity, Sessions};
use store::SessionId;
use uuid::Uuid;

/// Answers who opens a socket, by the session cookie. In a storm of handshakes one query serves many of them.
pub struct StoredSessions {
    accounts: Accounts,
    lookups: Lookups,
    clock: Clock,
}

impl StoredSessions {
    /// Those of `accounts`, at the time that `clock` tells.
    pub fn new(accounts: Accounts, clock: Clock) -> Self {
        Self { lookups: accounts.lookups(), accounts, clock }
    }
}

impl Sessions for StoredSessions {
    fn find<'a>(&'a self, handshake: &'a Handshake<'_>) -> LocalBoxFuture<'a, anyhow::Result<Option<Identity>>> {
        async move {
            let session = self.lookups.find(tokens(handshake), self.clock.now()).await?;
            Ok(session.map(|session| Identity {
                user_id: session.user.id.uuid(),
                session_id: session.id.uuid(),
                name: session.user.nickname.as_str().into(),
            }))
        }
        .boxed_local()
    }

    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool {
        tokens(handshake).next().is_some()
    }

    fn live<'a>(&'a self, sessions: &'a [Uuid]) -> BoxFuture<'a, anyhow::Result<Vec<Uuid>>> {
        async move {
            let asked: Vec<SessionId> = sessions.iter().copied().map(SessionId::from).collect();
            let live = self.accounts.live(&asked, self.clock.now()).await?;
            Ok(live.into_iter().map(|session| session.uuid()).collect())
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, anyhow::Result<()>> {
        async move { Ok(self.accounts.check().await?) }.boxed()
    }
}

/// COOKIE_DOMAIN is http-server's to set: this process takes the cookie under the name that stands for it too.
fn tokens<'r>(handshake: &Handshake<'r>) -> impl Iterator<Item = &'r str> + use<'r> {
    cookie::session_tokens(handshake.headers("cookie"), handshake.is_secure(), true)
}
