//! Authenticates sockets by the sessions of accounts.

use accounts::{Accounts, Lookups, cookie};
use application::Clock;
use catamaran_sockets::{Authenticate, AuthenticateError, Handshake, Key, SignedIn, Unhealthy};
use store::SessionId;
use uuid::Uuid;

/// The user of a socket, as its session cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user_id: Uuid,
    /// The user's name at that moment.
    pub name: Box<str>,
}

/// Authenticates sockets by the session cookie. In a storm of handshakes one query serves many of them.
pub struct StoredSessions {
    accounts: Accounts,
    lookups: Lookups,
    clock: Clock,
}

impl StoredSessions {
    /// The sessions of `accounts`, by this clock.
    pub fn new(accounts: Accounts, clock: Clock) -> Self {
        Self { lookups: accounts.lookups(), accounts, clock }
    }
}

impl Authenticate for StoredSessions {
    type User = Identity;
    type Error = AuthenticateError;

    async fn authenticate(&self, handshake: &Handshake<'_>) -> Result<Option<SignedIn<Identity>>, AuthenticateError> {
        let found = self.lookups.find(tokens(handshake), self.clock.now()).await;
        Ok(found.map_err(AuthenticateError::unavailable)?.map(|session| {
            let user = Identity { user_id: session.user.id.uuid(), name: session.user.nickname.as_str().into() };
            SignedIn::new(user).user_key(session.user.id).session_key(session.id)
        }))
    }

    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool {
        tokens(handshake).next().is_some()
    }

    async fn live(&self, sessions: &[Key]) -> Result<Vec<Key>, AuthenticateError> {
        let asked = sessions.iter().filter_map(|session| session.parse::<Uuid>().ok());
        let asked: Vec<SessionId> = asked.map(SessionId::from).collect();
        let live = self.accounts.live(&asked, self.clock.now()).await.map_err(AuthenticateError::unavailable)?;
        Ok(live.into_iter().map(|session| session.to_string().into()).collect())
    }

    const CHECKED: Option<&'static str> = Some("database");

    async fn check(&self) -> Result<(), Unhealthy> {
        self.accounts.check().await.map_err(|fault| Unhealthy::from(&fault).lacks(fault.lacks()))
    }
}

/// Only http-server knows COOKIE_DOMAIN, so this process also accepts the name that the cookie has with it.
fn tokens<'r>(handshake: &Handshake<'r>) -> impl Iterator<Item = &'r str> + use<'r> {
    cookie::session_tokens(handshake.headers("cookie"), handshake.is_secure(), true)
}
