//! Who opens a socket. The tier asks; an application, or a team's own code, answers.

use futures_util::future::{BoxFuture, FutureExt, LocalBoxFuture};
use uuid::Uuid;

use crate::Handshake;

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
    /// The user that the handshake proves; `None` where it proves none, or its session has ended.
    fn find<'a>(&'a self, handshake: &'a Handshake<'_>) -> LocalBoxFuture<'a, anyhow::Result<Option<Identity>>>;

    /// Whether the handshake carries a cookie that says who the user is. Browsers send cookies by themselves, whatever page asks for the
    /// socket, so such a handshake must say by `Origin` which page that is.
    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool {
        handshake.headers("cookie").next().is_some()
    }

    /// Which of these sessions still live.
    fn live<'a>(&'a self, sessions: &'a [Uuid]) -> BoxFuture<'a, anyhow::Result<Vec<Uuid>>>;

    /// Whether the database behind them can be used, for health checks: without it no client gets in.
    fn check(&self) -> BoxFuture<'_, anyhow::Result<()>> {
        std::future::ready(Ok(())).boxed()
    }
}
