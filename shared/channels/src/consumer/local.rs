//! Tasks and events of one socket: bounded, run by the socket's own task, ended with it.

use std::{
    any::Any,
    collections::VecDeque,
    panic::AssertUnwindSafe,
    task::{Context, Poll, Waker},
};

use futures_util::{
    FutureExt, StreamExt,
    future::{AbortHandle, LocalBoxFuture, abortable},
    stream::FuturesUnordered,
};

/// Tasks and timers that one socket may have at once.
pub const MAX_TASKS: usize = 100;
/// Events of its own that may wait for one socket's consumer.
pub const MAX_EVENTS: usize = 100;

/// Why a socket does not take something from its own consumer or tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// The socket has ended, or is about to.
    #[error("this socket has ended")]
    Closed,
    /// Nothing leaves before `connect` has returned.
    #[error("frames leave only after connect has returned: send what is long from a task (Context::spawn)")]
    Connecting,
    /// [`MAX_TASKS`] run already.
    #[error("this socket is busy: {MAX_TASKS} tasks and timers run for it already; wait until some have ended")]
    TooManyTasks,
    /// [`MAX_EVENTS`] wait already.
    #[error("this socket is busy: {MAX_EVENTS} events of its own wait for it already")]
    TooManyEvents,
}

/// A task or a timer of a socket. Dropping this lets it run on; it ends with its socket.
#[derive(Debug, Clone)]
pub struct Task(AbortHandle);

impl Task {
    /// Ends it now.
    pub fn abort(&self) {
        self.0.abort();
    }
}

type Running = FuturesUnordered<LocalBoxFuture<'static, ()>>;

/// The tasks and events of one socket.
pub(super) struct Local<E> {
    /// `None` while they are polled.
    running: Option<Running>,
    /// Spawned while the others are polled.
    spawned: Vec<LocalBoxFuture<'static, ()>>,
    /// Those that have not ended.
    count: usize,
    events: VecDeque<E>,
    waker: Option<Waker>,
}

impl<E> Default for Local<E> {
    fn default() -> Self {
        Self { running: Some(Running::new()), spawned: Vec::new(), count: 0, events: VecDeque::new(), waker: None }
    }
}

impl<E> Local<E> {
    pub(super) fn spawn(&mut self, path: &str, task: impl Future<Output = ()> + 'static) -> Result<Task, SocketError> {
        if self.count >= MAX_TASKS {
            return Err(SocketError::TooManyTasks);
        }
        let path = Box::<str>::from(path);
        let (task, handle) = abortable(task);
        let guarded = AssertUnwindSafe(task).catch_unwind().map(move |outcome| {
            if let Err(panic) = outcome {
                log::error!("{path}: a task of a socket panicked: {}", words(&*panic));
            }
        });
        self.count += 1;
        self.spawned.push(guarded.boxed_local());
        self.wake();
        Ok(Task(handle))
    }

    pub(super) fn enqueue(&mut self, event: E) -> Result<(), SocketError> {
        if self.events.len() >= MAX_EVENTS {
            return Err(SocketError::TooManyEvents);
        }
        self.events.push_back(event);
        self.wake();
        Ok(())
    }

    pub(super) fn next_event(&mut self) -> Option<E> {
        self.events.pop_front()
    }

    /// Ready where an event waits.
    pub(super) fn poll_event(&mut self, cx: &Context<'_>) -> Poll<()> {
        if !self.events.is_empty() {
            return Poll::Ready(());
        }
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            self.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    /// Takes the tasks out, to be polled where they may reach the socket. `None` where there are none, or they are being polled.
    pub(super) fn take(&mut self) -> Option<Running> {
        if self.count == 0 {
            return None;
        }
        let running = self.running.take()?;
        self.spawned.drain(..).for_each(|task| running.push(task));
        Some(running)
    }

    /// Puts them back; `true` where others were spawned meanwhile.
    pub(super) fn put_back(&mut self, running: Running) -> bool {
        self.count = running.len() + self.spawned.len();
        self.running = Some(running);
        !self.spawned.is_empty()
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// Polls tasks until each of them waits for something.
pub(super) fn poll_tasks(running: &mut Running, cx: &mut Context<'_>) {
    while let Poll::Ready(Some(())) = running.poll_next_unpin(cx) {}
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}
