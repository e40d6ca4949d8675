//! What a consumer can do.

use std::{rc::Rc, sync::Arc};

use futures_util::future::LocalBoxFuture;
use serde::Serialize;

use crate::{ChannelLayer, ChannelName, Close, CloseCode, Frame, GroupName, LayerError, Message, MessageError, Receipt, Scope};

/// Where a socket's frames go: a real socket, or a test's notebook.
pub trait Outlet {
    /// Queues a frame for the client; a socket that is closing takes none.
    fn send(&self, frame: &Frame);
    /// Ends the socket after the frames that wait.
    fn close(&self, close: Close);
}

/// How a socket joins groups: through the hub of its worker thread, or directly.
pub trait Groups {
    /// Joins; see [`ChannelLayer::group_add`].
    fn add<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>>;
    /// Leaves; see [`ChannelLayer::group_discard`].
    fn discard<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>>;
}

/// One socket, as its consumer sees it.
pub struct Context {
    scope: Scope,
    channel: ChannelName,
    outlet: Rc<dyn Outlet>,
    groups: Rc<dyn Groups>,
    layer: Arc<dyn ChannelLayer>,
}

/// Why an event was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It cannot be a message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The layer did not take it.
    #[error(transparent)]
    Layer(#[from] LayerError),
}

impl Context {
    /// Puts a socket's parts together; for servers and the test kit.
    pub fn new(
        scope: Scope,
        channel: ChannelName,
        outlet: Rc<dyn Outlet>,
        groups: Rc<dyn Groups>,
        layer: Arc<dyn ChannelLayer>,
    ) -> Self {
        Self { scope, channel, outlet, groups, layer }
    }

    /// What is known of the socket.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// For the server: lets go what only the handshake needs.
    pub fn forget_handshake(&mut self) {
        self.scope.forget_handshake();
    }

    /// This socket's own channel: what is sent to it, from any process, arrives here alone.
    pub fn channel_name(&self) -> &ChannelName {
        &self.channel
    }

    /// Sends a frame to this client.
    pub fn send(&self, frame: &Frame) {
        self.outlet.send(frame);
    }

    /// Sends `value` as JSON to this client. A value that JSON cannot hold ends the socket with 1011, and the log says why.
    pub fn reply<T: Serialize + ?Sized>(&self, value: &T) {
        match Frame::json(value) {
            Ok(frame) => self.outlet.send(&frame),
            Err(fault) => {
                log::error!("{}: {fault}", self.scope.path);
                self.close(CloseCode::INTERNAL, "the server made a reply that it cannot send");
            }
        }
    }

    /// Ends the socket after the frames that wait.
    pub fn close(&self, code: CloseCode, reason: &'static str) {
        self.outlet.close(Close::new(code, reason));
    }

    /// Joins a group. Whatever is sent to it afterwards reaches this socket.
    ///
    /// # Errors
    /// [`LayerError`] where the backend cannot be reached.
    pub async fn group_add(&self, group: &GroupName) -> Result<(), LayerError> {
        self.groups.add(group).await
    }

    /// Leaves a group. Sockets leave all their groups by themselves when they end.
    ///
    /// # Errors
    /// [`LayerError`] where the backend cannot be reached.
    pub async fn group_discard(&self, group: &GroupName) -> Result<(), LayerError> {
        self.groups.discard(group).await
    }

    /// Sends an event to every member of a group, this socket too if it is one.
    ///
    /// # Errors
    /// [`SendError`] where the event cannot travel or the backend cannot be reached.
    pub async fn group_send<E: Serialize + ?Sized>(&self, group: &GroupName, event: &E) -> Result<Receipt, SendError> {
        Ok(self.layer.group_send(group, &Message::new(event)?).await?)
    }

    /// The layer, for everything else.
    pub fn layer(&self) -> &Arc<dyn ChannelLayer> {
        &self.layer
    }
}
