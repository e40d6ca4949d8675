//! The users of sockets, as an application's own code authenticates them.

use std::{
    fmt::{self, Display},
    future::ready,
    sync::Arc,
};

use catamaran::{Close, CloseCode, ConsumerError, Fault};
use futures_util::future::{FutureExt, LocalBoxFuture};

use crate::Handshake;

/// A name of a session or of a user, by which live sockets can be closed from any process ([`catamaran::SocketOrder`]).
pub type Key = Arc<str>;

/// A user that a handshake authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedIn<U> {
    /// The team's own user, for the consumer's scope.
    pub user: U,
    /// The user's key. Sockets and frames are bounded for each user that has one.
    pub user_key: Option<Key>,
    /// The session's key. The server checks from time to time, and after a gap, whether the session still lives; if it has ended, the
    /// server closes its sockets.
    pub session_key: Option<Key>,
}

impl<U> SignedIn<U> {
    /// A user without keys.
    pub fn new(user: U) -> Self {
        Self { user, user_key: None, session_key: None }
    }

    /// Returns the same sign-in with another type of user.
    pub fn map<T>(self, change: impl FnOnce(U) -> T) -> SignedIn<T> {
        SignedIn { user: change(self.user), user_key: self.user_key, session_key: self.session_key }
    }

    /// With the user's key.
    #[must_use]
    pub fn user_key(self, key: impl Display) -> Self {
        Self { user_key: Some(key.to_string().into()), ..self }
    }

    /// With the session's key.
    #[must_use]
    pub fn session_key(self, key: impl Display) -> Self {
        Self { session_key: Some(key.to_string().into()), ..self }
    }
}

/// The reason why a handshake could not be authenticated, or is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticateError {
    /// The server closes the socket with this close: if a token has expired, for example. A client without any token is no error; its
    /// consumer decides.
    Refused(Close),
    /// A service that authentication needs is unavailable. The text is for the log; the client gets 1013 and may connect again.
    Unavailable(String),
}

impl AuthenticateError {
    /// A service that authentication needs is unavailable.
    pub fn unavailable(log: impl Display) -> Self {
        Self::Unavailable(log.to_string())
    }
}

impl fmt::Display for AuthenticateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(close) => write!(f, "{}: {}", close.code, close.reason),
            Self::Unavailable(log) => f.write_str(log),
        }
    }
}

impl std::error::Error for AuthenticateError {}

impl From<Close> for AuthenticateError {
    fn from(close: Close) -> Self {
        Self::Refused(close)
    }
}

impl From<AuthenticateError> for ConsumerError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Refused(close) => close.into(),
            AuthenticateError::Unavailable(log) => Fault::unavailable(log).into(),
        }
    }
}

/// As in a consumer's `connect`: a close or a client's fault refuses the socket. After a server's fault the client may try again.
impl From<ConsumerError> for AuthenticateError {
    fn from(error: ConsumerError) -> Self {
        match error {
            ConsumerError::Close(close) => Self::Refused(close),
            ConsumerError::Fault(Fault { log: Some(log), .. }) => Self::Unavailable(log),
            ConsumerError::Fault(fault) => {
                let code = if fault.retry_after.is_some() { CloseCode::TRY_AGAIN } else { CloseCode::POLICY };
                Self::Refused(Close::new(code, fault.detail))
            }
            other => Self::Unavailable(format!("{other:?}")),
        }
    }
}

/// The reason why authentication cannot work at the moment, for `/healthz`. `?` converts any error that has a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unhealthy {
    /// The line for the log.
    pub log: String,
    /// The tables and rights that the program's role in the database lacks, as `SELECT on users`. `/healthz` shows it: nothing secret.
    pub lacks: Option<String>,
}

impl Unhealthy {
    /// Adds the tables and rights that are missing, for `/healthz`.
    #[must_use]
    pub fn lacks(self, lacks: Option<impl Into<String>>) -> Self {
        Self { lacks: lacks.map(Into::into), ..self }
    }
}

impl<E: Display> From<E> for Unhealthy {
    fn from(error: E) -> Self {
        Self { log: error.to_string(), lacks: None }
    }
}

/// Authentication of sockets. Futures need not be `Send`: each worker thread authenticates its own sockets.
///
/// ```
/// use catamaran_sockets::{Authenticate, AuthenticateError, Handshake, SignedIn};
///
/// struct Tokens;
///
/// impl Authenticate for Tokens {
///     type User = u64;
///     type Error = AuthenticateError;
///
///     async fn authenticate(&self, handshake: &Handshake<'_>) -> Result<Option<SignedIn<u64>>, AuthenticateError> {
///         let user = handshake.bearer().and_then(|token| token.strip_prefix("user-")?.parse().ok());
///         Ok(user.map(|user| SignedIn::new(user).user_key(user)))
///     }
/// }
/// ```
pub trait Authenticate: Send + Sync + 'static {
    /// The team's own user: an integer, a struct. Consumers find it in their scope.
    type User: 'static;
    /// The error: [`AuthenticateError`], or the team's own type, with the same conversion as for its consumers.
    type Error: Into<ConsumerError>;

    /// Returns the user of the handshake; `None` if it has no valid token, or its session has ended.
    fn authenticate(&self, handshake: &Handshake<'_>) -> impl Future<Output = Result<Option<SignedIn<Self::User>>, Self::Error>>;

    /// Returns whether the handshake has a cookie that authenticates a user; by default, any cookie. Browsers send cookies for the page of
    /// any site, so such a handshake must have an `Origin`.
    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool {
        handshake.headers("cookie").next().is_some()
    }

    /// Returns those of `sessions` that still live; by default all.
    fn live(&self, sessions: &[Key]) -> impl Future<Output = Result<Vec<Key>, Self::Error>> {
        ready(Ok(sessions.to_vec()))
    }

    /// The service that [`check`](Self::check) checks, as the name of its field in `/healthz`: `Some("database")`, say. Without a
    /// name only a failed check is shown, as `authentication`.
    const CHECKED: Option<&'static str> = None;

    /// Checks, for `/healthz`, whether the services that authentication needs can be used. No client can sign in without them.
    fn check(&self) -> impl Future<Output = Result<(), Unhealthy>> {
        ready(Ok(()))
    }
}

/// Shared authentication.
impl<A: Authenticate> Authenticate for Arc<A> {
    type User = A::User;
    type Error = A::Error;

    async fn authenticate(&self, handshake: &Handshake<'_>) -> Result<Option<SignedIn<A::User>>, A::Error> {
        (**self).authenticate(handshake).await
    }

    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool {
        A::has_cookie(self, handshake)
    }

    async fn live(&self, sessions: &[Key]) -> Result<Vec<Key>, A::Error> {
        A::live(self, sessions).await
    }

    const CHECKED: Option<&'static str> = A::CHECKED;

    async fn check(&self) -> Result<(), Unhealthy> {
        A::check(self).await
    }
}

/// Authentication without users.
#[derive(Debug, Clone, Copy, Default)]
pub struct Anonymous;

impl Authenticate for Anonymous {
    type User = ();
    type Error = AuthenticateError;

    async fn authenticate(&self, _: &Handshake<'_>) -> Result<Option<SignedIn<()>>, AuthenticateError> {
        Ok(None)
    }

    fn has_cookie(&self, _: &Handshake<'_>) -> bool {
        false
    }
}

fn convert(error: impl Into<ConsumerError>) -> AuthenticateError {
    error.into().into()
}

/// [`Authenticate`] without its types of user and error, for a worker's hub and `/healthz`.
pub(crate) trait SessionStore: Send + Sync {
    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool;
    fn live<'a>(&'a self, sessions: &'a [Key]) -> LocalBoxFuture<'a, Result<Vec<Key>, AuthenticateError>>;
    fn checked(&self) -> Option<&'static str>;
    fn check(&self) -> LocalBoxFuture<'_, Result<(), Unhealthy>>;
}

impl<A: Authenticate> SessionStore for A {
    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool {
        Authenticate::has_cookie(self, handshake)
    }

    fn live<'a>(&'a self, sessions: &'a [Key]) -> LocalBoxFuture<'a, Result<Vec<Key>, AuthenticateError>> {
        Authenticate::live(self, sessions).map(|outcome| outcome.map_err(convert)).boxed_local()
    }

    fn checked(&self) -> Option<&'static str> {
        A::CHECKED
    }

    fn check(&self) -> LocalBoxFuture<'_, Result<(), Unhealthy>> {
        Authenticate::check(self).boxed_local()
    }
}

/// [`Authenticate`] without its type of error, for a route.
pub(crate) trait Users<U>: SessionStore {
    fn authenticate<'a>(
        &'a self,
        handshake: &'a Handshake<'_>,
    ) -> LocalBoxFuture<'a, Result<Option<SignedIn<U>>, AuthenticateError>>;
}

impl<A: Authenticate> Users<A::User> for A {
    fn authenticate<'a>(
        &'a self,
        handshake: &'a Handshake<'_>,
    ) -> LocalBoxFuture<'a, Result<Option<SignedIn<A::User>>, AuthenticateError>> {
        Authenticate::authenticate(self, handshake).map(|outcome| outcome.map_err(convert)).boxed_local()
    }
}
