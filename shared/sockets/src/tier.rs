//! The socket tier: the state that all worker threads share.

use std::{rc::Rc, sync::Arc};

use catamaran::ChannelLayer;
use catamaran_boot::{Capacity, Settings};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Counters, Limits, TierLimits,
    admission::Admission,
    authenticate::{Sessions, Users},
    backlog::Backlog,
    hub::Hub,
};

/// The least that may wait for the clients of one worker together, in bytes.
const LEAST_BACKLOG: usize = 1 << 20;

/// The shared state of the sockets of one process. Cheap to clone; all clones share it.
#[derive(Clone)]
pub struct Tier {
    /// The settings: hosts, origins, proxies, workers.
    pub settings: Arc<Settings>,
    /// The channel layer.
    pub layer: Arc<dyn ChannelLayer>,
    /// Whether sessions still live.
    pub(crate) sessions: Arc<dyn Sessions>,
    /// The limits of sockets, addresses and the process.
    pub limits: TierLimits,
    /// The counters of `/healthz`.
    pub counters: Arc<Counters>,
    /// Cancelled when the process stops: every socket is closed with 1012, no new one is admitted.
    pub stop: CancellationToken,
    /// Every socket's task.
    pub tasks: TaskTracker,
    /// How many connections the process can hold.
    pub(crate) capacity: Capacity,
    /// Limits the sockets of each address and user.
    pub(crate) admission: Arc<Admission>,
    /// The application's advice in answers to plain HTTP.
    pub(crate) other_paths: Option<&'static str>,
}

impl Tier {
    /// A tier without sockets yet.
    pub(crate) fn new(
        settings: Arc<Settings>,
        layer: Arc<dyn ChannelLayer>,
        sessions: Arc<dyn Sessions>,
        limits: impl Into<TierLimits>,
        stop: CancellationToken,
    ) -> Self {
        let limits = limits.into();
        let capacity = Capacity::of_process(settings.workers);
        let admission = Admission::new(&limits.address, capacity);
        let (sockets, per_address) = admission.bounds();
        log::info!("room for {sockets} sockets, {per_address} of one address");
        let (counters, tasks) = (Arc::default(), TaskTracker::new());
        Self { settings, layer, sessions, limits, counters, stop, tasks, capacity, admission, other_paths: None }
    }

    /// Resolves when the process stops and every socket has said goodbye, or their time for it is over.
    pub async fn drained(&self) {
        self.stop.cancelled().await;
        self.tasks.close();
        let patience = self.limits.drain;
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            log::warn!("{} sockets did not end within {patience:?}", self.tasks.len());
        }
    }
}

/// One worker thread's part of the tier.
pub(crate) struct Worker<U> {
    pub(crate) tier: Tier,
    pub(crate) users: Arc<dyn Users<U>>,
    pub(crate) hub: Rc<Hub>,
    /// The limits of one socket, shared by all sockets of this thread.
    pub(crate) limits: Rc<Limits>,
}

impl<U> Worker<U> {
    /// Starts this thread's hub.
    pub(crate) fn start(tier: &Tier, users: Arc<dyn Users<U>>) -> Rc<Self> {
        // Each worker has an equal part: what a thread counts, no other touches.
        let part = (tier.limits.address.outbox_total_bytes / tier.settings.workers).max(LEAST_BACKLOG);
        let backlog = Backlog::new(part);
        let hub = Hub::new(Arc::clone(&tier.layer), Arc::clone(&tier.sessions), Arc::clone(&tier.counters), backlog, tier.limits);
        actix_web::rt::spawn(Rc::clone(&hub).run(tier.stop.clone()));
        Rc::new(Self { tier: tier.clone(), users, hub, limits: Rc::new(tier.limits.socket) })
    }
}
