//! Access to a socket that outlives a call of its consumer.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    fmt,
    future::poll_fn,
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use tokio::time::{Instant, MissedTickBehavior};

use super::{
    Close, CloseCode, Frame, SendError, SocketError,
    local::{Local, Task, poll_tasks},
};
use crate::{ChannelLayer, ChannelName, GroupName, LayerError, Message, Receipt};

/// The shortest period of [`Handle::every`].
const SHORTEST_PERIOD: Duration = Duration::from_millis(1);

/// The operations of a server's socket. Servers and the test kit implement it.
pub trait Transport {
    /// The socket's own channel.
    fn channel(&self) -> &ChannelName;
    /// The route's path, for the log.
    fn path(&self) -> &str;
    /// The server's layer.
    fn layer(&self) -> &Arc<dyn ChannelLayer>;
    /// Queues a frame for the client. Does nothing if the socket is closing.
    fn send(&self, frame: &Frame);
    /// Queues a frame for the client, unless earlier frames still wait.
    fn send_volatile(&self, frame: &Frame);
    /// Ends the socket after the queued frames.
    fn close(&self, close: Close);
    /// Returns whether the socket is neither closing nor closed.
    fn is_open(&self) -> bool;
    /// Ready if few bytes wait for the client, or the socket is no longer open.
    fn poll_writable(&self, cx: &mut TaskContext<'_>) -> Poll<()>;
    /// Joins a group; see [`ChannelLayer::group_add`].
    fn group_add<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>>;
    /// Leaves a group; see [`ChannelLayer::group_discard`].
    fn group_discard<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>>;
}

/// One socket, for its consumer, its tasks and its timers. It offers everything of a [`Context`](crate::Context) except the scope.
///
/// Cloning is cheap. A handle keeps the socket's memory, but does not keep the socket open. After the socket has ended, frames are
/// dropped and the other methods fail. A task or a map that may live longer than the socket keeps a [`WeakHandle`].
///
/// `E` is the consumer's event type.
pub struct Handle<E>(Rc<Shared<E>>);

/// Like [`Handle`], but does not keep the socket's memory.
pub struct WeakHandle<E>(Weak<Shared<E>>);

pub(super) struct Shared<E> {
    transport: Rc<dyn Transport>,
    /// Made for the first task or event: most sockets have none.
    local: RefCell<Option<Box<Local<E>>>>,
    is_over: Cell<bool>,
}

impl<E: 'static> Handle<E> {
    pub(super) fn new(transport: Rc<dyn Transport>) -> Self {
        Self(Rc::new(Shared { transport, local: RefCell::default(), is_over: Cell::new(false) }))
    }

    /// Returns a handle that does not keep the socket's memory.
    pub fn downgrade(&self) -> WeakHandle<E> {
        WeakHandle(Rc::downgrade(&self.0))
    }

    /// The socket's own channel. Any process can send to this socket alone through it.
    pub fn channel_name(&self) -> &ChannelName {
        self.0.transport.channel()
    }

    /// The layer, for operations that the handle does not offer.
    pub fn layer(&self) -> &Arc<dyn ChannelLayer> {
        self.0.transport.layer()
    }

    /// Returns whether the socket is neither closing nor closed.
    pub fn is_open(&self) -> bool {
        self.0.transport.is_open() && !self.0.is_over.get()
    }

    /// Sends a frame to this client.
    pub fn send(&self, frame: &Frame) {
        self.0.transport.send(frame);
    }

    /// Sends a frame to this client, unless earlier frames still wait. Then the frame is dropped and counted.
    pub fn send_volatile(&self, frame: &Frame) {
        self.0.transport.send_volatile(frame);
    }

    /// Sends `value` as JSON to this client. If JSON cannot hold the value, logs an error and ends the socket with 1011.
    pub fn reply<T: Serialize + ?Sized>(&self, value: &T) {
        match Frame::json(value) {
            Ok(frame) => self.send(&frame),
            Err(fault) => {
                log::error!("{}: {fault}", self.0.transport.path());
                self.close(CloseCode::INTERNAL, "the server made a reply that it cannot send");
            }
        }
    }

    /// Ends the socket after the queued frames.
    pub fn close(&self, code: CloseCode, reason: impl Into<Cow<'static, str>>) {
        self.end_with(Close::new(code, reason));
    }

    pub(super) fn end_with(&self, close: Close) {
        self.0.transport.close(close);
    }

    /// Waits until at most a quarter of the outbox is used. A task that calls it before each frame sends as fast as the client reads;
    /// use pieces of at most 64 KiB. A client that reads nothing is closed by its missing pong.
    ///
    /// Use a task for work that takes longer than a handler may (30 s):
    ///
    /// ```
    /// # use catamaran::{ConsumerError, Context, Consumer};
    /// fn send_history<C: Consumer>(cx: &Context<C>, pages: Vec<String>) -> Result<(), ConsumerError> {
    ///     let socket = cx.handle();
    ///     cx.spawn(async move {
    ///         for page in pages {
    ///             if socket.writable().await.is_err() {
    ///                 return;
    ///             }
    ///             socket.reply(&page);
    ///         }
    ///     })?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`SocketError::Closed`] if the socket has ended.
    pub async fn writable(&self) -> Result<(), SocketError> {
        poll_fn(|cx| self.poll_writable(cx)).await;
        if self.is_open() { Ok(()) } else { Err(SocketError::Closed) }
    }

    /// Runs `task` on the socket's thread, beside the consumer. The task ends with the socket, at its next await. Its values are dropped
    /// before [`disconnect`](crate::Consumer::disconnect) is called. A panic in it is logged and ends nothing else.
    ///
    /// # Errors
    /// [`SocketError`] if the socket has ended, or if [`MAX_TASKS`](crate::MAX_TASKS) tasks and timers run.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) -> Result<Task, SocketError> {
        self.local(|local| local.spawn(self.0.transport.path(), task))
    }

    /// Passes `event` to the consumer's [`event`](crate::Consumer::event) once, after `delay`. The event crosses no layer. Put
    /// `#[serde(skip)]` on the variant if no other process may send it.
    ///
    /// # Errors
    /// Those of [`spawn`](Self::spawn).
    pub fn after(&self, delay: Duration, event: E) -> Result<Task, SocketError> {
        let socket = self.downgrade();
        self.spawn(async move {
            tokio::time::sleep(delay).await;
            socket.enqueue(event);
        })
    }

    /// Passes an event to the consumer's [`event`](crate::Consumer::event) after each `period`. Skips a tick if
    /// [`MAX_EVENTS`](crate::MAX_EVENTS) wait for the consumer.
    ///
    /// # Errors
    /// Those of [`spawn`](Self::spawn).
    pub fn every(&self, period: Duration, mut event: impl FnMut() -> E + 'static) -> Result<Task, SocketError> {
        let (socket, period) = (self.downgrade(), period.max(SHORTEST_PERIOD));
        self.spawn(async move {
            let mut ticks = tokio::time::interval_at(Instant::now() + period, period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                socket.enqueue(event());
            }
        })
    }

    /// Passes `event` to the consumer's [`event`](crate::Consumer::event), after the events that wait already.
    ///
    /// # Errors
    /// [`SocketError`] if the socket has ended, or if [`MAX_EVENTS`](crate::MAX_EVENTS) wait.
    pub fn enqueue(&self, event: E) -> Result<(), SocketError> {
        self.local(|local| local.enqueue(event))
    }

    /// Joins a group. Each message that is sent to it afterwards reaches this socket.
    ///
    /// # Errors
    /// [`LayerError`] if the backend is unavailable.
    pub async fn group_add(&self, group: &GroupName) -> Result<(), LayerError> {
        self.0.transport.group_add(group).await
    }

    /// Leaves a group. A socket leaves all its groups when it ends.
    ///
    /// # Errors
    /// [`LayerError`] if the backend is unavailable.
    pub async fn group_discard(&self, group: &GroupName) -> Result<(), LayerError> {
        self.0.transport.group_discard(group).await
    }

    /// Sends an event to every member of a group. That includes this socket if it is a member.
    ///
    /// # Errors
    /// [`SendError`] if the event cannot be encoded or the backend is unavailable.
    pub async fn group_send<T: Serialize + ?Sized>(&self, group: &GroupName, event: &T) -> Result<Receipt, SendError> {
        Ok(self.layer().group_send(group, &Message::new(event)?).await?)
    }

    /// Like [`group_send`](Self::group_send), and names this socket as the sender, so that
    /// [`FanOut::Others`](crate::FanOut::Others) skips it. Sets the key `sender_channel_name`, as Python consumers do.
    ///
    /// # Errors
    /// Those of [`group_send`](Self::group_send).
    pub async fn group_send_from<T: Serialize + ?Sized>(&self, group: &GroupName, event: &T) -> Result<Receipt, SendError> {
        let message = Message::from_sender(event, self.channel_name())?;
        Ok(self.layer().group_send(group, &message).await?)
    }

    fn local<T>(&self, act: impl FnOnce(&mut Local<E>) -> Result<T, SocketError>) -> Result<T, SocketError> {
        if self.0.is_over.get() {
            return Err(SocketError::Closed);
        }
        act(self.0.local.borrow_mut().get_or_insert_default())
    }

    pub(super) fn poll_writable(&self, cx: &mut TaskContext<'_>) -> Poll<()> {
        self.0.transport.poll_writable(cx)
    }

    /// Polls the tasks until each of them waits for something.
    pub(super) fn poll_tasks(&self, cx: &mut TaskContext<'_>) {
        loop {
            let Some(mut running) = self.0.local.borrow_mut().as_mut().and_then(|local| local.take()) else { return };
            poll_tasks(&mut running, cx);
            match self.0.local.borrow_mut().as_mut().map(|local| local.put_back(running)) {
                Some(true) => {}
                _ => return,
            }
        }
    }

    /// Polls the tasks. Ready if an event waits for the consumer.
    pub(super) fn poll_local(&self, cx: &mut TaskContext<'_>) -> Poll<()> {
        self.poll_tasks(cx);
        self.0.local.borrow_mut().as_mut().map_or(Poll::Pending, |local| local.poll_event(cx))
    }

    pub(super) fn next_event(&self) -> Option<E> {
        self.0.local.borrow_mut().as_mut()?.next_event()
    }

    /// Returns a handle for use outside the consumer's methods. Makes `local` first, so that events from there wake the socket.
    pub(super) fn for_tasks(&self) -> Self {
        let _closed = self.local(|_| Ok(()));
        self.clone()
    }

    /// Ends all tasks and timers, and refuses new ones.
    pub(super) fn end_tasks(&self) {
        self.0.is_over.set(true);
        // Dropping a task may call the socket again, so `local` must not be borrowed meanwhile.
        let local = self.0.local.take();
        drop(local);
    }
}

impl<E: 'static> WeakHandle<E> {
    /// Returns the handle; `None` if the socket has ended.
    pub fn upgrade(&self) -> Option<Handle<E>> {
        self.0.upgrade().map(Handle)
    }

    fn enqueue(&self, event: E) {
        if let Some(socket) = self.upgrade() {
            let _skipped = socket.enqueue(event);
        }
    }
}

impl<E> Clone for Handle<E> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<E> Clone for WeakHandle<E> {
    fn clone(&self) -> Self {
        Self(Weak::clone(&self.0))
    }
}

impl<E> fmt::Debug for Handle<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(self.0.transport.channel()).finish()
    }
}

impl<E> fmt::Debug for WeakHandle<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakHandle")
    }
}
