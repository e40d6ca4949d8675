//! The context of a consumer's methods.

use std::{future::poll_fn, ops::Deref, rc::Rc, task::Poll};

use super::{Consumer, Handle, Scope, SocketError, Transport};
use crate::{LayerError, MessageError};

/// The socket of a consumer: its [`Scope`], and all methods of a [`Handle`].
pub struct Context<C: Consumer> {
    scope: Scope<C::User>,
    handle: Handle<C::Event>,
    is_connecting: bool,
}

/// The reason why an event was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The event cannot be encoded as a message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The layer refused the message.
    #[error(transparent)]
    Layer(#[from] LayerError),
}

impl<C: Consumer> Context<C> {
    /// Makes a context from the parts of a socket. For servers and the test kit.
    pub fn new(scope: Scope<C::User>, transport: Rc<dyn Transport>) -> Self {
        Self { scope, handle: Handle::new(transport), is_connecting: true }
    }

    /// The data of the handshake.
    pub fn scope(&self) -> &Scope<C::User> {
        &self.scope
    }

    /// The user; `None` if the client is not signed in.
    pub fn user(&self) -> Option<&C::User> {
        self.scope.user.as_ref()
    }

    /// Returns a handle that outlives this call, for tasks and timers.
    pub fn handle(&self) -> Handle<C::Event> {
        self.handle.for_tasks()
    }

    /// Like [`Handle::writable`].
    ///
    /// # Errors
    /// [`SocketError::Closed`] if the socket has ended. [`SocketError::Connecting`] if it would have to wait during `connect`: no frame
    /// is sent before `connect` has returned.
    pub async fn writable(&self) -> Result<(), SocketError> {
        let is_writable = async || poll_fn(|cx| Poll::Ready(self.handle.poll_writable(cx).is_ready())).await;
        if self.is_connecting && !is_writable().await {
            return Err(SocketError::Connecting);
        }
        self.handle.writable().await
    }

    /// Drops the data that only the handshake needs.
    pub(super) fn has_connected(&mut self) {
        self.scope.forget_handshake();
        self.is_connecting = false;
    }
}

/// A context offers all methods of its handle. `Deref` avoids writing these twenty methods a second time.
impl<C: Consumer> Deref for Context<C> {
    type Target = Handle<C::Event>;

    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}

/// Ends the tasks here, wherever the socket ends: a task that holds a handle would keep itself alive.
impl<C: Consumer> Drop for Context<C> {
    fn drop(&mut self) {
        self.handle.end_tasks();
    }
}
