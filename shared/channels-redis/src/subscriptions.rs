//! Which groups the process wants to hear, and which Redis has been told of.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use channels::{GroupName, GroupWatcher};
use tokio::sync::{Notify, oneshot};

/// Channels in one SUBSCRIBE: a reconnect with thousands of groups must not be one huge command.
pub(crate) const BATCH: usize = 500;

/// Which groups the process wants to hear, which of them have changed since Redis was told, and who waits for it to be told. Bounded by
/// the number of groups and of callers, however long Redis is away.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    wanted: HashSet<GroupName>,
    told: HashSet<GroupName>,
    touched: HashSet<GroupName>,
    waiting: Vec<oneshot::Sender<()>>,
}

/// What Redis must be told.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) subscribe: Vec<GroupName>,
    pub(crate) unsubscribe: Vec<GroupName>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Subscriptions {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when Redis has been told of everything that was wanted when this was called.
    pub(crate) fn told(&self) -> oneshot::Receiver<()> {
        let (teller, told) = oneshot::channel();
        let mut state = self.lock();
        if state.waiting.len() == state.waiting.capacity() {
            state.waiting.retain(|waiter| !waiter.is_closed());
        }
        state.waiting.push(teller);
        drop(state);
        self.changed.notify_one();
        told
    }

    /// Waits for something to tell.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// A new connection knows nothing: everything that is wanted must be told.
    pub(crate) fn forget_told(&self) {
        let mut state = self.lock();
        state.told.clear();
        state.touched = state.wanted.clone();
    }

    /// What has changed since the last time.
    pub(crate) fn changes(&self) -> Changes {
        let mut state = self.lock();
        let mut changes = Changes { waiting: std::mem::take(&mut state.waiting), ..Changes::default() };
        for group in std::mem::take(&mut state.touched) {
            match (state.wanted.contains(&group), state.told.contains(&group)) {
                (true, false) => changes.subscribe.push(group),
                (false, true) => changes.unsubscribe.push(group),
                _ => {}
            }
        }
        changes
    }

    /// Redis has taken them.
    pub(crate) fn done(&self, changes: Changes) {
        let mut state = self.lock();
        for group in &changes.unsubscribe {
            state.told.remove(group);
        }
        state.told.extend(changes.subscribe);
        drop(state);
        for waiter in changes.waiting {
            let _ = waiter.send(()); // whoever gave up waiting needs no answer
        }
    }

    /// Redis has not: they wait for the next connection.
    pub(crate) fn failed(&self, changes: Changes) {
        let mut state = self.lock();
        state.touched.extend(changes.subscribe);
        state.touched.extend(changes.unsubscribe);
        state.waiting.extend(changes.waiting);
        drop(state);
        self.changed.notify_one();
    }

    fn want(&self, group: &GroupName, wanted: bool) {
        let mut state = self.lock();
        if wanted {
            state.wanted.insert(group.clone());
        } else {
            state.wanted.remove(group);
        }
        state.touched.insert(group.clone());
        drop(state);
        self.changed.notify_one();
    }
}

/// The registry tells what is wanted, in the order of the changes.
pub(crate) struct Watcher(pub(crate) std::sync::Arc<Subscriptions>);

impl GroupWatcher for Watcher {
    fn first_joined(&self, group: &GroupName) {
        self.0.want(group, true);
    }

    fn last_left(&self, group: &GroupName) {
        self.0.want(group, false);
    }
}
