//! Tasks and local events of one socket. They are bounded, and the socket's own task runs them and ends them.

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

/// The largest number of tasks and timers of one socket.
pub const MAX_TASKS: usize = 100;
/// The largest number of local events that may wait for one socket's consumer.
pub const MAX_EVENTS: usize = 100;

/// The reason why a socket refuses a call of its own consumer or tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// The socket has ended or is closing.
    #[error("this socket has ended")]
    Closed,
    /// No frame is sent before `connect` has returned.
    #[error("frames are sent only after connect has returned: send long replies from a task (Context::spawn)")]
    Connecting,
    /// [`MAX_TASKS`] tasks run already.
    #[error("this socket is busy: {MAX_TASKS} tasks and timers run for it already; wait until some have ended")]
    TooManyTasks,
    /// [`MAX_EVENTS`] events wait already.
    #[error("this socket is busy: {MAX_EVENTS} events of its own wait for it already")]
    TooManyEvents,
}

/// A task or a timer of a socket. It ends with its socket, and keeps running if this value is dropped.
#[derive(Debug, Clone)]
pub struct Task(AbortHandle);

impl Task {
    /// Ends the task now.
    pub fn abort(&self) {
        self.0.abort();
    }
}

type Running = FuturesUnordered<LocalBoxFuture<'static, ()>>;

/// The tasks and events of one socket.
pub(super) struct Local<E> {
    /// `None` while the tasks are polled.
    running: Option<Running>,
    /// Tasks that were spawned while the others were polled.
    spawned: Vec<LocalBoxFuture<'static, ()>>,
    /// The number of unfinished tasks.
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
                log::error!("{path}: a task of a socket panicked: {}", panic_text(&*panic));
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

    /// Ready if an event waits.
    pub(super) fn poll_event(&mut self, cx: &Context<'_>) -> Poll<()> {
        if !self.events.is_empty() {
            return Poll::Ready(());
        }
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            self.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    /// Takes the tasks out, so that they can call the socket while they are polled. `None` if there are none, or they are polled now.
    pub(super) fn take(&mut self) -> Option<Running> {
        if self.count == 0 {
            return None;
        }
        let running = self.running.take()?;
        self.spawned.drain(..).for_each(|task| running.push(task));
        Some(running)
    }

    /// Puts the tasks back. Returns `true` if tasks were spawned meanwhile.
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

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}
