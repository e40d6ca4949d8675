//! What handlers work with, shared by all workers of the process.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use boot::{Parts, Process, Settings};
use channels::ChannelLayer;
use rooms::Rooms;
use store::{Store, Timestamp, TokenKey};

use crate::{Options, throttle::Throttle};

/// Where the time comes from: Unix milliseconds.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's own time.
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
    }

    /// A test's own time.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }
}

/// What handlers work with.
pub struct AppState {
    pub(crate) process: Process,
    pub(crate) settings: Arc<Settings>,
    pub(crate) store: Store,
    pub(crate) layer: Arc<dyn ChannelLayer>,
    pub(crate) rooms: Rooms,
    pub(crate) token_key: Arc<TokenKey>,
    pub(crate) throttle: Throttle,
    pub(crate) timeout: Duration,
    clock: Clock,
}

impl AppState {
    /// The state of one process. Make it once and share it: the rates of client addresses are counted in it.
    pub fn new(parts: &Parts, options: Options) -> Self {
        Self {
            process: parts.process,
            settings: Arc::clone(&parts.settings),
            store: parts.store.clone(),
            layer: Arc::clone(&parts.layer),
            rooms: Rooms::new(parts.store.clone(), Arc::clone(&parts.layer)),
            token_key: Arc::clone(&parts.token_key),
            throttle: Throttle::new(),
            timeout: options.timeout,
            clock: options.clock,
        }
    }

    /// Now, in Unix milliseconds.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock.0)()
    }
}
