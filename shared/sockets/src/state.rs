//! The state that all worker threads of a server share.

use std::{
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
};

use catamaran::ChannelLayer;
use catamaran_boot::{Capacity, Settings};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Counters, Limits, ServerLimits,
    admission::Admission,
    authenticate::{SessionStore, Users},
    backlog::Backlog,
    drain::{self, Drain},
    hub::Hub,
    readiness::Shortcomings,
};

/// The smallest bound of the bytes that wait for all clients of one worker.
const LEAST_BACKLOG: usize = 1 << 20;

/// The shared state of the sockets of one process. Cheap to clone; all clones share it.
#[derive(Clone)]
pub struct ServerState {
    /// The settings: hosts, origins, proxies, workers.
    pub settings: Arc<Settings>,
    /// The channel layer.
    pub layer: Arc<dyn ChannelLayer>,
    /// Checks cookies and sessions.
    pub(crate) sessions: Arc<dyn SessionStore>,
    /// The limits of sockets, addresses and the process.
    pub limits: ServerLimits,
    /// The counters of `/healthz`.
    pub counters: Arc<Counters>,
    /// Cancelled when the process stops. After [`ServerLimits::drain_delay`] no new socket is admitted, and every socket is closed with
    /// 1012.
    pub stop: CancellationToken,
    /// Every socket's task.
    pub tasks: TaskTracker,
    /// How many connections the process can hold.
    pub(crate) capacity: Capacity,
    /// Whether the sockets are being closed.
    pub(crate) drain: Arc<Drain>,
    /// Limits the sockets of each address and user.
    pub(crate) admission: Arc<Admission>,
    /// The backlogs of all workers, for the metrics.
    backlogs: Arc<Mutex<Vec<Arc<Backlog>>>>,
    /// The application's checks in `/readyz`.
    pub(crate) shortcomings: Arc<Shortcomings>,
    /// The application's advice in answers to plain HTTP.
    pub(crate) other_paths: Option<&'static str>,
}

impl ServerState {
    /// The state of a server that has no socket yet.
    pub(crate) fn new(
        settings: Arc<Settings>,
        layer: Arc<dyn ChannelLayer>,
        sessions: Arc<dyn SessionStore>,
        limits: impl Into<ServerLimits>,
        stop: CancellationToken,
    ) -> Self {
        let limits = limits.into();
        let capacity = Capacity::of_process(settings.workers);
        let admission = Admission::new(&limits.address, capacity);
        let (sockets, per_address) = admission.bounds();
        log::info!("room for {sockets} sockets, {per_address} of one address");
        let (counters, tasks, drain, backlogs, shortcomings) =
            (Arc::default(), TaskTracker::new(), Arc::default(), Arc::default(), Arc::default());
        Self {
            settings,
            layer,
            sessions,
            limits,
            counters,
            stop,
            tasks,
            capacity,
            drain,
            admission,
            backlogs,
            shortcomings,
            other_paths: None,
        }
    }

    /// The bytes that wait for all clients of the process, and their bound.
    pub(crate) fn waiting_bytes(&self) -> (usize, usize) {
        let backlogs = self.backlogs.lock().unwrap_or_else(PoisonError::into_inner);
        backlogs.iter().fold((0, 0), |(used, limit), backlog| (used + backlog.used(), limit + backlog.limit()))
    }

    /// Whether the process has been asked to stop.
    pub(crate) fn is_draining(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Resolves when the process stops and every socket has ended, or [`ServerLimits::drain_delay`] and [`ServerLimits::drain`] are over.
    pub async fn drained(&self) {
        self.stop.cancelled().await;
        let delay = self.limits.drain_delay;
        if !delay.is_zero() && !self.drain.has_shared_listener() {
            log::info!("not ready any more; new sockets are taken for another {delay:?} (WS_DRAIN_DELAY)");
        }
        self.drain.wait_for_others(delay).await;
        self.drain.begin();
        log::info!("closing {} sockets with 1012", self.tasks.len());
        self.tasks.close();
        let patience = self.limits.drain;
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            log::warn!("{} sockets did not end within {patience:?}", self.tasks.len());
        }
    }
}

/// The state of one worker thread.
pub(crate) struct Worker<U> {
    pub(crate) state: ServerState,
    pub(crate) users: Arc<dyn Users<U>>,
    pub(crate) hub: Rc<Hub>,
    /// The limits of one socket, shared by all sockets of this thread.
    pub(crate) limits: Rc<Limits>,
}

impl<U> Worker<U> {
    /// Starts this thread's hub.
    pub(crate) fn start(state: &ServerState, users: Arc<dyn Users<U>>) -> Rc<Self> {
        // Each worker has an equal part, so that no thread touches the counters of another.
        let part = (state.limits.address.outbox_total_bytes / state.settings.workers).max(LEAST_BACKLOG);
        let backlog = Backlog::new(part);
        state.backlogs.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&backlog));
        let hub =
            Hub::new(Arc::clone(&state.layer), Arc::clone(&state.sessions), Arc::clone(&state.counters), backlog, state.limits);
        let over = CancellationToken::new();
        actix_web::rt::spawn(Rc::clone(&hub).run(over.clone()));
        actix_web::rt::spawn(drain::run(Rc::clone(&hub), state.clone(), over));
        Rc::new(Self { state: state.clone(), users, hub, limits: Rc::new(state.limits.socket) })
    }
}
