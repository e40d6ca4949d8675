//! The connections of one worker thread: how many there are, and which of them must end.
//!
//! Connections without a request (no first head yet, an unfinished head, a body that is sent after its answer) cost a client nothing.
//! Without a bound, as many as the process has descriptors for would keep every other client out, health checks included.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
    time::{Duration, Instant},
};

use catamaran::LogThrottle;
use tokio::{
    sync::watch,
    time::{interval, sleep},
};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::{
    Bounds,
    drain::{Drain, SETTLE, Stage},
    state::ConnectionState,
};

thread_local! {
    static CURRENT: RefCell<Weak<Worker>> = RefCell::default();
}

/// The connections of one worker.
pub(crate) struct Worker {
    /// Connections that it may hold.
    most: usize,
    bounds: Bounds,
    drain: Drain,
    /// Since when each answer says that its connection ends.
    leaving: Cell<Option<Instant>>,
    open: Cell<usize>,
    /// Open connections whose request runs.
    busy: Cell<usize>,
    /// All but the WebSockets, the oldest first, and some that are closed already.
    watched: RefCell<VecDeque<Weak<ConnectionState>>>,
}

/// An open connection, as its worker counts it.
pub(crate) struct OpenConnection {
    worker: Rc<Worker>,
    /// Counts it for the end of the server.
    _token: TaskTrackerToken,
}

/// A request whose answer is not complete, as its worker counts it.
pub(crate) struct RunningRequest {
    worker: Rc<Worker>,
    connection: Rc<ConnectionState>,
}

impl Worker {
    /// This thread's worker, the same for each socket that the server listens on. Looks after its deadlines and its end from now on.
    pub(crate) fn current(most: usize, bounds: Bounds, drain: &Drain) -> Rc<Self> {
        CURRENT.with_borrow_mut(|current| {
            current.upgrade().unwrap_or_else(|| {
                let worker = Rc::new(Self::new(most, bounds, drain.clone()));
                *current = Rc::downgrade(&worker);
                actix_web::rt::spawn(end_overdue_connections(Weak::clone(current), bounds));
                actix_web::rt::spawn(answer_accepted(Weak::clone(current), drain.follow(), drain.unanswered()));
                actix_web::rt::spawn(end_with_server(Weak::clone(current), drain.follow(), drain.connection()));
                worker
            })
        })
    }

    fn new(most: usize, bounds: Bounds, drain: Drain) -> Self {
        let (leaving, open, busy) = (Cell::default(), Cell::default(), Cell::default());
        Self { most, bounds, drain, leaving, open, busy, watched: RefCell::default() }
    }

    pub(crate) fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Counts a new connection. If nearly all are taken, ends the oldest one without a request.
    pub(crate) fn enter(self: &Rc<Self>, connection: &Rc<ConnectionState>) -> OpenConnection {
        if self.is_crowded() {
            self.make_room();
        }
        self.open.set(self.open.get() + 1);
        self.watch(connection);
        OpenConnection { worker: Rc::clone(self), _token: self.drain.connection() }
    }

    /// Counts a request.
    pub(crate) fn begin(self: &Rc<Self>, connection: Rc<ConnectionState>) -> RunningRequest {
        self.busy.set(self.busy.get() + 1);
        RunningRequest { worker: Rc::clone(self), connection }
    }

    fn watch(&self, connection: &Rc<ConnectionState>) {
        let mut watched = self.watched.borrow_mut();
        // Otherwise a wave of short connections would stay on the list until the next tick.
        if watched.len() > 2 * self.open.get() {
            watched.retain(is_watched);
        }
        watched.push_back(Rc::downgrade(connection));
    }

    /// Whether less than an eighth of the connections is free. If requests and WebSockets take nearly all, connections without a request
    /// may share the rest, so that a new one has time to send its request.
    fn is_crowded(&self) -> bool {
        let (open, busy) = (self.open.get(), self.busy.get());
        self.most.saturating_sub(open) <= self.most / 8 && open.saturating_sub(busy) >= (self.most / 16).max(1)
    }

    fn make_room(&self) {
        let makes_room = |connection: &Weak<ConnectionState>| connection.upgrade().is_some_and(|open| open.make_room());
        if self.watched.borrow().iter().any(makes_room) {
            static THROTTLE: LogThrottle = LogThrottle::new();
            if let Some(more) = THROTTLE.pass() {
                log::warn!(
                    "nearly all connections are taken, and some have sent no request: the oldest is closed to make room{more}"
                );
            }
        }
    }

    fn end_overdue(&self, now: Instant) {
        self.watched.borrow_mut().retain(|connection| {
            let open = connection.upgrade().filter(|open| !open.is_upgraded());
            open.inspect(|open| open.end_overdue(now, &self.bounds)).is_some()
        });
    }
}

/// The pause between two looks at connections without a request, while the server ends.
const LOOK: Duration = Duration::from_millis(50);

impl Worker {
    /// Whether a connection has not had its first answer yet.
    fn has_unanswered(&self) -> bool {
        self.watched.borrow().iter().filter_map(Weak::upgrade).any(|connection| connection.is_unanswered())
    }

    /// Ends the connections that have had no request for a while since the server leaves.
    fn end_quiet(&self, now: Instant) {
        let since = self.leaving.get().unwrap_or(now);
        for connection in self.watched.borrow().iter().filter_map(Weak::upgrade) {
            if connection.is_quiet(now, since, self.drain.quiet()) {
                connection.make_room();
            }
        }
    }
}

/// Drops `_token` once the server hands its listener over and each connection that was accepted before has been answered.
async fn answer_accepted(worker: Weak<Worker>, mut stage: watch::Receiver<Stage>, _token: TaskTrackerToken) {
    if stage.wait_for(|stage| *stage >= Stage::HandingOver).await.is_err() {
        return;
    }
    sleep(SETTLE).await;
    let mut looks = interval(LOOK);
    while worker.upgrade().is_some_and(|worker| worker.has_unanswered()) {
        looks.tick().await;
    }
}

/// Follows the end of the server. `token` counts the worker itself as a connection until it has taken over all accepted connections.
async fn end_with_server(worker: Weak<Worker>, mut stage: watch::Receiver<Stage>, token: TaskTrackerToken) {
    if stage.wait_for(|stage| *stage != Stage::Serving).await.is_err() {
        return;
    }
    if let Some(worker) = worker.upgrade() {
        worker.leaving.set(Some(Instant::now()));
    }
    if stage.wait_for(|stage| *stage == Stage::Closed).await.is_err() {
        return;
    }
    sleep(SETTLE).await;
    drop(token);
    let mut looks = interval(LOOK);
    while let Some(worker) = worker.upgrade() {
        worker.end_quiet(Instant::now());
        looks.tick().await;
    }
}

fn is_watched(connection: &Weak<ConnectionState>) -> bool {
    connection.upgrade().is_some_and(|open| !open.is_upgraded())
}

async fn end_overdue_connections(worker: Weak<Worker>, bounds: Bounds) {
    let mut tick = interval(bounds.tick());
    loop {
        tick.tick().await;
        let Some(worker) = worker.upgrade() else { return };
        worker.end_overdue(Instant::now());
    }
}

impl RunningRequest {
    /// The request's connection.
    pub(crate) fn connection(&self) -> &Rc<ConnectionState> {
        &self.connection
    }

    /// Whether the server leaves, so that the request's connection must end with its answer.
    pub(crate) fn is_last(&self) -> bool {
        self.worker.leaving.get().is_some()
    }
}

impl Drop for RunningRequest {
    fn drop(&mut self) {
        self.worker.busy.set(self.worker.busy.get() - 1);
        if self.connection.is_upgraded() {
            self.worker.watch(&self.connection);
        }
        self.connection.finish();
    }
}

impl OpenConnection {
    /// The worker that holds the connection.
    pub(crate) fn worker(&self) -> &Worker {
        &self.worker
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.worker.open.set(self.worker.open.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{End, Reading};

    type Held = (Rc<ConnectionState>, OpenConnection);

    fn worker(most: usize) -> Rc<Worker> {
        Rc::new(Worker::new(most, Bounds::default(), Drain::new(Duration::ZERO, Duration::from_secs(8))))
    }

    fn enter(worker: &Rc<Worker>) -> Held {
        let connection = Rc::new(ConnectionState::new());
        let open = worker.enter(&connection);
        (connection, open)
    }

    fn begin(worker: &Rc<Worker>, connection: &Rc<ConnectionState>) -> RunningRequest {
        connection.begin(Reading::Nothing);
        worker.begin(Rc::clone(connection))
    }

    fn ended(connections: &[Held]) -> Vec<usize> {
        (0..connections.len()).filter(|at| connections[*at].0.ending() != End::No).collect()
    }

    #[test]
    fn ends_the_oldest_connection_that_has_no_request() {
        let worker = worker(16);
        let mut connections: Vec<Held> = (0..14).map(|_| enter(&worker)).collect();
        let _running = begin(&worker, &connections[0].0);
        assert_eq!(ended(&connections), [0; 0]);
        connections.extend((0..2).map(|_| enter(&worker)));
        assert_eq!(ended(&connections), [1, 2]);
    }

    #[test]
    fn closed_connections_take_no_room() {
        let worker = worker(16);
        let kept: Vec<Held> = (0..8).map(|_| enter(&worker)).collect();
        (0..1000).for_each(|_| drop(enter(&worker)));
        assert_eq!(ended(&kept), [0; 0]);
        assert!(worker.watched.borrow().len() < 40, "closed connections leave the list");
    }

    #[test]
    fn new_connections_have_room_beside_running_requests() {
        let worker = worker(160);
        let busy: Vec<Held> = (0..140).map(|_| enter(&worker)).collect();
        let _running: Vec<RunningRequest> = busy.iter().map(|(connection, _)| begin(&worker, connection)).collect();
        let newcomers: Vec<Held> = (0..12).map(|_| enter(&worker)).collect();
        assert_eq!(ended(&newcomers), [0, 1], "ten of them stay");
        assert_eq!(ended(&busy), [0; 0]);
    }

    #[test]
    fn a_request_in_time_keeps_the_connection_that_had_to_make_room() {
        let (connection, _) = enter(&worker(16));
        assert!(connection.make_room());
        connection.begin(Reading::Nothing);
        assert_eq!(connection.ending(), End::No);
    }

    #[test]
    fn ends_connections_at_their_deadlines() {
        let worker = worker(100);
        let bounds = *worker.bounds();
        let connections: Vec<Held> = (0..5).map(|_| enter(&worker)).collect();
        let [first, idle, head, request, upgraded] = [0, 1, 2, 3, 4].map(|at: usize| Rc::clone(&connections[at].0));
        [&idle, &head].into_iter().for_each(|connection| drop(begin(&worker, connection)));
        let _running = [&request, &upgraded].map(|connection| begin(&worker, connection));
        upgraded.upgrade();
        head.receive(1, &bounds);
        let now = Instant::now();
        let endings = |after: Duration| {
            worker.end_overdue(now + after);
            [&first, &idle, &head, &request, &upgraded].map(|connection| connection.ending())
        };
        assert_eq!(endings(Duration::ZERO), [End::No; 5]);
        assert_eq!(endings(bounds.head), [End::No, End::No, End::Read, End::No, End::No]);
        let day = Duration::from_secs(86_400);
        assert_eq!(endings(day), [End::No, End::Read, End::Read, End::No, End::No], "actix-http ends the first head's wait");
        [&request, &upgraded].into_iter().for_each(|connection| connection.stall(true));
        assert_eq!(endings(day)[3..], [End::Cut, End::No], "a WebSocket has bounds of its own");
        assert_eq!(worker.watched.borrow().len(), 4);
    }

    #[test]
    fn watches_the_end_of_a_websocket_s_connection() {
        let worker = worker(100);
        let (connection, _open) = enter(&worker);
        let running = begin(&worker, &connection);
        connection.upgrade();
        worker.end_overdue(Instant::now());
        assert!(worker.watched.borrow().is_empty());
        drop(running);
        assert_eq!(connection.ending(), End::Read);
        connection.stall(true);
        worker.end_overdue(Instant::now() + worker.bounds().write_stall);
        assert_eq!(connection.ending(), End::Cut);
    }
}
