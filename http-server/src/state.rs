//! The state that all handlers of the process share.

use std::{sync::Arc, time::Duration};

use accounts::{Accounts, SocketTokens};
use application::{Clock, Fleet, Parts, Settings};
use catamaran::ChannelLayer;
use catamaran_boot::Program;
use catamaran_metrics::{Metrics, Requests};
use mafia::Mafia;
use rooms::Rooms;
use store::{Store, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{Options, counts::Counts, middleware::Policies, site::readiness::Needs, throttle::Throttle, trace::TracedLayer};

/// The services and settings that handlers use.
pub struct AppState {
    pub(crate) program: Program,
    pub(crate) settings: Arc<Settings>,
    pub(crate) store: Store,
    pub(crate) layer: Arc<dyn ChannelLayer>,
    pub(crate) fleet: Fleet,
    pub(crate) rooms: Rooms,
    pub(crate) mafia: Mafia,
    pub(crate) accounts: Accounts,
    pub(crate) socket_tokens: SocketTokens,
    pub(crate) counts: Arc<Counts>,
    pub(crate) throttle: Throttle,
    pub(crate) policies: Policies,
    pub(crate) timeout: Duration,
    /// Requests for the metrics; `None` while they are off.
    pub(crate) requests: Option<Requests>,
    /// Cancelled when the process must stop.
    pub(crate) stop: CancellationToken,
    pub(crate) needs: Needs,
    clock: Clock,
}

impl AppState {
    /// The state of one process. Make it once and share it: the rates of client addresses are counted in it.
    pub fn new(parts: &Parts, options: Options) -> Self {
        let layer: Arc<dyn ChannelLayer> = Arc::new(TracedLayer(Arc::clone(&parts.layer)));
        Self {
            program: parts.program,
            settings: Arc::clone(&parts.settings),
            store: parts.store.clone(),
            rooms: Rooms::new(parts.store.clone(), Arc::clone(&layer)),
            mafia: Mafia::new(parts.store.clone(), Arc::clone(&layer)),
            accounts: Accounts::new(parts.store.clone(), Arc::clone(&layer), Arc::clone(&parts.token_key)),
            socket_tokens: SocketTokens::new(parts.store.clone(), Arc::clone(&parts.socket_token_keys)),
            counts: Arc::default(),
            layer,
            fleet: parts.fleet.clone(),
            throttle: Throttle::new(),
            policies: Policies::default(),
            timeout: options.timeout,
            requests: parts.settings.server.metrics.is_some().then(Requests::default),
            stop: parts.stop.clone(),
            needs: Needs::default(),
            clock: options.clock.unwrap_or_else(|| parts.clock.clone()),
        }
    }

    /// Adds the requests and the counters to the numbers of the process.
    pub fn measure(&self, metrics: &mut Metrics) {
        let (counts, role) = (Arc::clone(&self.counts), self.program.role);
        metrics.collect(move |scrape| counts.write(role, scrape));
        if let Some(requests) = &self.requests {
            metrics.requests(requests);
        }
    }

    /// Now, in Unix milliseconds.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
