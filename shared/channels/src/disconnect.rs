//! Closing sockets from any process, by session or user.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use crate::{ChannelLayer, Close, GroupName, Message, Receipt, SendError};

/// An order to all workers that serve sockets, sent to the group [`SocketOrder::group`]. No consumer and no client sees it.
///
/// ```
/// # use catamaran::{Close, CloseCode, InMemoryLayer, LayerConfig, SocketOrder};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let layer = InMemoryLayer::new(LayerConfig::default());
/// let close = Close::new(CloseCode(4403), "your account is suspended");
/// SocketOrder::close_user(42, close).send(&layer).await.unwrap();
/// # });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum SocketOrder {
    /// Close the sockets of these sessions and of these users.
    #[serde(rename = "sockets.close")]
    Close {
        /// The session keys, as the authentication of the handshake returned them.
        #[serde(default)]
        sessions: Vec<Cow<'static, str>>,
        /// The user keys, as the authentication of the handshake returned them.
        #[serde(default)]
        users: Vec<Cow<'static, str>>,
        /// The close code for the clients.
        code: u16,
        /// The reason for the clients.
        reason: Cow<'static, str>,
    },
    /// Sessions may have ended without an order: ask the authentication which sessions are still valid.
    #[serde(rename = "sockets.check")]
    Check,
}

impl SocketOrder {
    /// The group of all workers that serve sockets.
    pub fn group() -> GroupName {
        // The prefix is the library's: other programs on the same Redis may have a group "sockets".
        GroupName::parse("catamaran.sockets").expect("a valid name")
    }

    /// Closes the sockets of one session.
    pub fn close_session(session: impl fmt::Display, close: Close) -> Self {
        Self::Close { sessions: vec![session.to_string().into()], users: Vec::new(), code: close.code.0, reason: close.reason }
    }

    /// Closes the sockets of one user in all of the user's sessions.
    pub fn close_user(user: impl fmt::Display, close: Close) -> Self {
        Self::Close { sessions: Vec::new(), users: vec![user.to_string().into()], code: close.code.0, reason: close.reason }
    }

    /// Sends the order to every worker. The receipt counts workers, not sockets.
    ///
    /// # Errors
    /// [`SendError`] if the layer refuses it. Workers also check sessions after each gap and from time to time.
    pub async fn send(&self, layer: &dyn ChannelLayer) -> Result<Receipt, SendError> {
        Ok(layer.group_send(&Self::group(), &Message::new(self)?).await?)
    }
}
