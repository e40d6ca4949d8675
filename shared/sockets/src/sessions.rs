//! Who is behind a session cookie. The tier asks; an application, or a team's own code, answers.

use futures_util::future::{BoxFuture, FutureExt};
use uuid::Uuid;

/// Who opened the socket, as the session cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user_id: Uuid,
    /// The session by which they signed in; when it ends, so does the socket.
    pub session_id: Uuid,
    /// The user's name at that moment.
    pub name: Box<str>,
}

/// For consumers that do not ask who it is.
impl From<Identity> for () {
    fn from(_: Identity) {}
}

/// Looks up sessions.
pub trait Sessions: Send + Sync + 'static {
    /// Who has this token; `None` where nobody, or not any more.
    fn find<'a>(&'a self, token: &'a str) -> BoxFuture<'a, anyhow::Result<Option<Identity>>>;

    /// Which of these sessions still live.
    fn live<'a>(&'a self, sessions: &'a [Uuid]) -> BoxFuture<'a, anyhow::Result<Vec<Uuid>>>;

    /// Whether the database behind them can be used, for health checks: without it no client gets in.
    fn check(&self) -> BoxFuture<'_, anyhow::Result<()>> {
        std::future::ready(Ok(())).boxed()
    }
}
