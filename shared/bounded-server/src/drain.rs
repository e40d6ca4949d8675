//! The end of a server that loses no request.
//!
//! The workers stop together, when the last connection of all of them has ended: connections that handlers share, such as those of a
//! database pool, belong to the runtime of the worker that opened them, and break when it ends.

use std::time::Duration;

use actix_server::ServerHandle;
use catamaran_boot::{Listener, Waiting};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

/// How long a connection that has no request stays open once the server leaves. A client that uses it often sends its next request within
/// this time, and reads in the answer that the connection ends. So it is unlikely that a request crosses the end of a connection.
const QUIET: Duration = Duration::from_secs(2);
/// How long the thread that accepts connections has to notice that it must not.
const PAUSE: Duration = Duration::from_millis(2);
/// The same for inherited sockets. They cannot be closed, so a thread that notices late accepts another connection.
const SHARED_PAUSE: Duration = Duration::from_millis(200);
/// How long connections that were accepted before have until their first request is answered.
const ANSWER: Duration = Duration::from_secs(3);
/// How long a worker has to take over connections that were accepted before the listener closed.
pub(crate) const SETTLE: Duration = Duration::from_millis(50);

/// How far the end of the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Stage {
    Serving,
    /// Other processes get the new connections of the listener. Each answer says that its connection ends.
    HandingOver,
    /// New connections are served, and each answer says that its connection ends.
    Leaving,
    /// There are no new connections. Those without a request end.
    Closed,
}

/// The end of a server, as its workers follow it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Drain {
    stage: watch::Sender<Stage>,
    connections: TaskTracker,
    /// The workers that may have connections without an answer.
    unanswered: TaskTracker,
    /// How long the listener stays open.
    delay: Duration,
    /// How long connections may last after that.
    budget: Duration,
}

impl Drain {
    pub(crate) fn new(delay: Duration, budget: Duration) -> Self {
        let (connections, unanswered) = (TaskTracker::new(), TaskTracker::new());
        Self { stage: watch::Sender::new(Stage::Serving), connections, unanswered, delay, budget }
    }

    pub(crate) fn follow(&self) -> watch::Receiver<Stage> {
        self.stage.subscribe()
    }

    /// Counts a connection until the token is dropped. The server ends when it counts none.
    pub(crate) fn connection(&self) -> TaskTrackerToken {
        self.connections.token()
    }

    /// Counts a worker until the token is dropped: until its connections have been answered.
    pub(crate) fn unanswered(&self) -> TaskTrackerToken {
        self.unanswered.token()
    }

    /// How long a connection has no request before it ends.
    pub(crate) fn quiet(&self) -> Duration {
        QUIET.min(self.budget / 2)
    }

    /// Leaves an inherited listener to the other processes. Returns when the connections that were accepted before have had their first
    /// answer, or after [`ANSWER`].
    pub(crate) async fn hand_over(&self, server: &ServerHandle) {
        pause_shared(server).await;
        self.stage.send_replace(Stage::HandingOver);
        self.unanswered.close();
        let _ = timeout(ANSWER, self.unanswered.wait()).await;
    }

    /// Ends the listener after the delay. Returns the connections that still waited to be accepted. An inherited listener is left to the
    /// other processes at once.
    pub(crate) async fn leave(&self, server: &ServerHandle, listener: &Listener) -> Vec<Waiting> {
        self.stage.send_replace(Stage::Leaving);
        if listener.is_inherited() {
            pause_shared(server).await;
            return Vec::new();
        }
        sleep(self.delay).await;
        close(server, listener).await
    }

    /// Waits until all connections have ended. Returns whether they ended in time.
    pub(crate) async fn finish(&self) -> bool {
        self.stage.send_replace(Stage::Closed);
        self.connections.close();
        let has_ended = timeout(self.budget, self.connections.wait()).await.is_ok();
        if !has_ended {
            log::warn!("{} connections did not end within {} s and are cut", self.connections.len(), self.budget.as_secs());
        }
        has_ended
    }
}

/// Accepts no more connections, and lets the sockets listen on: the connections in their queue are for the other processes.
async fn pause_shared(server: &ServerHandle) {
    server.pause().await;
    sleep(SHARED_PAUSE).await;
}

/// Ends the listener. Returns the connections that still waited in the kernel.
async fn close(server: &ServerHandle, listener: &Listener) -> Vec<Waiting> {
    server.pause().await;
    sleep(PAUSE).await;
    let (waiting, refused) = listener.refuse();
    if let Err(fault) = refused {
        log::warn!("the listener stays open until the process ends: {fault}");
        server.resume().await;
    }
    waiting
}
