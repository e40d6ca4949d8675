//! The end of a process's sockets: after a delay no new one is taken, and the open ones are closed in batches.

use std::{rc::Rc, sync::OnceLock, time::Duration};

use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::{ServerState, close, hub::Hub, socket::Socket};

/// The pause between two batches.
const PAUSE: Duration = Duration::from_millis(50);

/// The application's work that must precede the first close.
type Hook = Box<dyn Fn() + Send + Sync>;

/// Whether the process closes its sockets.
#[derive(Default)]
pub(crate) struct Drain {
    hook: Option<Hook>,
    begun: OnceLock<()>,
    /// Cancelled when the listener, which other processes share, brings no more handshakes. Unset for a listener of this process alone.
    handed_over: OnceLock<CancellationToken>,
}

impl Drain {
    pub(crate) fn new(hook: Option<Hook>) -> Self {
        Self { hook, ..Self::default() }
    }

    /// Other processes share the listener. The token is cancelled when this one has left it to them.
    pub(crate) fn share_listener(&self) -> CancellationToken {
        self.handed_over.get_or_init(CancellationToken::new).clone()
    }

    /// Whether other processes take the new sockets of this listener.
    pub(crate) fn has_shared_listener(&self) -> bool {
        self.handed_over.get().is_some()
    }

    /// Waits until new sockets may be refused: until they come to other processes alone, or for the delay that lets balancers choose others.
    pub(crate) async fn wait_for_others(&self, delay: Duration) {
        match self.handed_over.get() {
            Some(handed_over) => handed_over.cancelled().await,
            None => sleep(delay).await,
        }
    }

    /// Whether new sockets are refused.
    pub(crate) fn is_closing(&self) -> bool {
        self.begun.get().is_some()
    }

    /// Refuses new sockets from now on. Returns when the application is prepared for the end of its sockets.
    pub(crate) fn begin(&self) {
        self.begun.get_or_init(|| self.hook.iter().for_each(|hook| hook()));
    }
}

/// Waits until the process stops, then closes the sockets of one worker. The hub serves them meanwhile; at the end `over` stops it.
pub(crate) async fn run(hub: Rc<Hub>, state: ServerState, over: CancellationToken) {
    let _stop_hub = over.drop_guard();
    state.stop.cancelled().await;
    state.drain.wait_for_others(state.limits.drain_delay).await;
    state.drain.begin();
    // The rest of the budget is for the close frames of the last ones.
    close_in_batches(&hub.refuse_new(), state.limits.drain / 2).await;
}

/// Closes these sockets with 1012, evenly over `spread`. If all ended at once, all clients would come back at once. Waiting frames are sent
/// first. The hub's map has no order, so the sockets of one group do not end together.
async fn close_in_batches(sockets: &[Rc<Socket>], spread: Duration) {
    let mut pauses = interval(PAUSE);
    for batch in sockets.chunks(batch_size(sockets.len(), spread)) {
        pauses.tick().await;
        batch.iter().for_each(|socket| socket.end(close::restart()));
    }
}

/// How many sockets each batch must have so that all are closed within `spread`.
fn batch_size(sockets: usize, spread: Duration) -> usize {
    let batches = usize::try_from(spread.as_millis() / PAUSE.as_millis()).unwrap_or(usize::MAX);
    sockets.div_ceil(batches.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    #[test]
    fn batches_of_equal_size_end_within_the_time() {
        let seconds = Duration::from_secs;
        for (sockets, spread, size) in [(0, 2, 1), (1, 2, 1), (40, 2, 1), (41, 2, 2), (10_000, 2, 250), (10_000, 20, 25)] {
            assert_eq!(batch_size(sockets, seconds(spread)), size, "{sockets} sockets in {spread} s");
        }
        assert_eq!(batch_size(300, Duration::ZERO), 300);
    }

    #[test]
    fn prepares_the_application_once_and_before_it_refuses_sockets() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let drain = Drain::new(Some(Box::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        })));
        assert!(!drain.is_closing());
        drain.begin();
        drain.begin();
        assert_eq!((calls.load(Ordering::Relaxed), drain.is_closing()), (1, true));
    }
}
