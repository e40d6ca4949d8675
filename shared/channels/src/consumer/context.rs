//! What a consumer can do.

use std::{future::poll_fn, ops::Deref, rc::Rc, task::Poll};

use super::{Consumer, Handle, Scope, SocketError, Transport};
use crate::{LayerError, MessageError};

/// One socket, as its consumer sees it: its [`Scope`], and all methods of a [`Handle`].
pub struct Context<C: Consumer> {
    scope: Scope<C::User>,
    handle: Handle<C::Event>,
    is_connecting: bool,
}

/// Why an event was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// It cannot be a message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The layer did not take it.
    #[error(transparent)]
    Layer(#[from] LayerError),
}

impl<C: Consumer> Context<C> {
    /// Puts a socket's parts together; for servers and the test kit.
    pub fn new(scope: Scope<C::User>, transport: Rc<dyn Transport>) -> Self {
        Self { scope, handle: Handle::new(transport), is_connecting: true }
    }

    /// What is known of the socket.
    pub fn scope(&self) -> &Scope<C::User> {
        &self.scope
    }

    /// The user; `None` for a client that is not signed in.
    pub fn user(&self) -> Option<&C::User> {
        self.scope.user.as_ref()
    }

    /// A handle that outlives this call, for tasks and timers.
    pub fn handle(&self) -> Handle<C::Event> {
        self.handle.for_elsewhere()
    }

    /// As [`Handle::writable`].
    ///
    /// # Errors
    /// [`SocketError::Closed`] where the socket has ended; [`SocketError::Connecting`] where it would have to wait during `connect`: nothing
    /// leaves before that has returned.
    pub async fn writable(&self) -> Result<(), SocketError> {
        let is_writable = async || poll_fn(|cx| Poll::Ready(self.handle.poll_writable(cx).is_ready())).await;
        if self.is_connecting && !is_writable().await {
            return Err(SocketError::Connecting);
        }
        self.handle.writable().await
    }

    /// Lets go what only the handshake needs.
    pub(super) fn has_connected(&mut self) {
        self.scope.forget_handshake();
        self.is_connecting = false;
    }
}

/// Not a pointer: all that a handle can do, without the same twenty methods again.
impl<C: Consumer> Deref for Context<C> {
    type Target = Handle<C::Event>;

    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}

/// Ends the tasks, wherever the socket ends: a task that holds a handle would keep itself.
impl<C: Consumer> Drop for Context<C> {
    fn drop(&mut self) {
        self.handle.end_tasks();
    }
}
