//! Authenticates sockets by the sessions of accounts.

use accounts::{Accounts, Lookups, SocketTokenError, SocketTokens, cookie};
use application::Clock;
use catamaran::{Close, CloseCode, LogThrottle};
use catamaran_socket_token::TokenFault;
use catamaran_sockets::{Authenticate, AuthenticateError, Handshake, Key, SignedIn, Unhealthy, close};
use store::{Session, SessionId};
use uuid::Uuid;

/// The socket token is refused: the client asks http-server for a new one.
pub const TOKEN_REFUSED: CloseCode = CloseCode(4498);

/// The user of a socket, by its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user_id: Uuid,
    /// The user's name at that moment.
    pub name: Box<str>,
}

/// Authenticates sockets by the session cookie, or by a socket token where the client offers one. In a storm of handshakes one query serves
/// many cookies.
pub struct StoredSessions {
    accounts: Accounts,
    lookups: Lookups,
    tokens: SocketTokens,
    clock: Clock,
}

impl StoredSessions {
    /// The sessions of `accounts`, by this clock.
    pub fn new(accounts: Accounts, tokens: SocketTokens, clock: Clock) -> Self {
        Self { lookups: accounts.lookups(), accounts, tokens, clock }
    }

    async fn by_cookie(&self, handshake: &Handshake<'_>) -> Result<Option<Session>, AuthenticateError> {
        self.lookups.find(tokens(handshake), self.clock.now()).await.map_err(AuthenticateError::unavailable)
    }

    /// A refused token closes the socket: a page that offers one has no cookie, and learns from the code what to do.
    async fn by_token(&self, token: &str) -> Result<Session, AuthenticateError> {
        self.tokens.take(token, self.clock.now()).await.map_err(|error| match error {
            SocketTokenError::Fault(fault) => refuse_token(fault),
            SocketTokenError::Used => Close::new(TOKEN_REFUSED, "this socket token was used before; ask for a new one").into(),
            SocketTokenError::Ended => close::signed_out().into(),
            SocketTokenError::Store(fault) => AuthenticateError::unavailable(fault),
        })
    }
}

impl Authenticate for StoredSessions {
    type User = Identity;
    type Error = AuthenticateError;

    async fn authenticate(&self, handshake: &Handshake<'_>) -> Result<Option<SignedIn<Identity>>, AuthenticateError> {
        let session = match catamaran_socket_token::offered(handshake.subprotocols()).map_err(refuse_token)? {
            Some(token) => Some(self.by_token(token).await?),
            None => self.by_cookie(handshake).await?,
        };
        Ok(session.map(|session| {
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

/// The log names the fault and never the token.
fn refuse_token(fault: TokenFault) -> AuthenticateError {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if fault == TokenFault::Foreign
        && let Some(more) = THROTTLE.pass()
    {
        log::warn!(
            "refused a socket token that another SECRET_KEY has signed: http-server and ws-server need the same one{more}"
        );
    }
    Close::new(TOKEN_REFUSED, fault.to_string()).into()
}

/// Only http-server knows COOKIE_DOMAIN, so this process also accepts the name that the cookie has with it.
fn tokens<'r>(handshake: &Handshake<'r>) -> impl Iterator<Item = &'r str> + use<'r> {
    cookie::session_tokens(handshake.headers("cookie"), handshake.is_secure(), true)
}
