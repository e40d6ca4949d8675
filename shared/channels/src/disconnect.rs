//! Closing sockets from any process, by the session or the user that they belong to.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{ChannelLayer, Close, GroupName, Message, Receipt, SendError};

/// What every worker of a socket tier listens to, in the group [`SocketOrder::group`]. No consumer and no client sees it.
///
/// ```
/// # use catamaran::{Close, CloseCode, InMemoryLayer, LayerConfig, SocketOrder};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let layer = InMemoryLayer::new(LayerConfig::default());
/// let close = Close::new(CloseCode(4403), "your account is suspended");
/// SocketOrder::close_user("42", close).send(&layer).await.unwrap();
/// # });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum SocketOrder {
    /// Close the sockets of these sessions and of these users.
    #[serde(rename = "sockets.close")]
    Close {
        /// Keys of sessions, as the authentication of the handshake gave them.
        #[serde(default)]
        sessions: Vec<Cow<'static, str>>,
        /// Keys of users, as the authentication of the handshake gave them.
        #[serde(default)]
        users: Vec<Cow<'static, str>>,
        /// The close code that the clients get.
        code: u16,
        /// The reason that the clients get.
        reason: Cow<'static, str>,
    },
    /// Sessions may have ended unheard: ask the authentication which of them still live.
    #[serde(rename = "sockets.check")]
    Check,
}

impl SocketOrder {
    /// The group whose members are the workers of socket tiers.
    pub fn group() -> GroupName {
        // A Redis may be shared with others, who have sockets of their own.
        GroupName::parse("catamaran.sockets").expect("a sound name")
    }

    /// Closes the sockets of one session.
    pub fn close_session(session: impl Into<Cow<'static, str>>, close: Close) -> Self {
        Self::Close { sessions: vec![session.into()], users: Vec::new(), code: close.code.0, reason: close.reason }
    }

    /// Closes the sockets of one user, whatever session they were opened by.
    pub fn close_user(user: impl Into<Cow<'static, str>>, close: Close) -> Self {
        Self::Close { sessions: Vec::new(), users: vec![user.into()], code: close.code.0, reason: close.reason }
    }

    /// Tells every worker. The receipt counts the workers, not the sockets.
    ///
    /// # Errors
    /// [`SendError`] where the layer does not take it. Sessions are asked for again after a gap and from time to time in any case.
    pub async fn send(&self, layer: &dyn ChannelLayer) -> Result<Receipt, SendError> {
        Ok(layer.group_send(&Self::group(), &Message::new(self)?).await?)
    }
}
