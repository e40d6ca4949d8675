//! Which topics the process wants to hear, and which Redis has been told of.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, oneshot};

/// Topics in one command: a reconnect with thousands of groups must not be one huge command.
const BATCH: usize = 500;

/// What is told to Redis: a channel to subscribe to, or a group to be a member of.
pub(crate) type Topic = Arc<str>;

/// Which topics the process wants to hear, which of them have changed since Redis was told, and who waits for it to be told. Bounded by
/// the number of topics and of callers, however long Redis is away.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    wanted: HashSet<Topic>,
    told: HashSet<Topic>,
    touched: HashSet<Topic>,
    /// Redis is being told of these, or was when it failed: it may know or not. What failed is told again, whatever is wanted.
    unsure: HashSet<Topic>,
    waiting: Vec<oneshot::Sender<Told>>,
}

/// What Redis must be told.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) subscribe: Vec<Topic>,
    pub(crate) unsubscribe: Vec<Topic>,
    waiting: Vec<oneshot::Sender<Told>>,
}

/// The outcome for those who wait: told, or what Redis says against it.
pub(crate) type Told = Result<(), String>;

impl Changes {
    /// Nothing but these to be subscribed, and nobody waiting.
    pub(crate) fn to_subscribe(subscribe: Vec<Topic>) -> Self {
        Self { subscribe, ..Self::default() }
    }

    /// In bounded portions, `true` with those to be subscribed: what is left first, as it was called.
    pub(crate) fn batches(&self) -> impl Iterator<Item = (Vec<&str>, bool)> {
        let unsubscribe = self.unsubscribe.chunks(BATCH).map(|batch| (batch, false));
        let subscribe = self.subscribe.chunks(BATCH).map(|batch| (batch, true));
        unsubscribe.chain(subscribe).map(|(batch, subscribe)| (batch.iter().map(Topic::as_ref).collect(), subscribe))
    }
}

impl Subscriptions {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when Redis has been told of everything that was wanted when this was called.
    pub(crate) fn told(&self) -> oneshot::Receiver<Told> {
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

    /// There is something to tell that is no change.
    pub(crate) fn wake(&self) {
        self.changed.notify_one();
    }

    /// Waits for something to tell.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// A new connection knows nothing: everything that is wanted must be told.
    pub(crate) fn forget_told(&self) {
        let mut state = self.lock();
        state.told.clear();
        state.unsure.clear();
        state.touched = state.wanted.clone();
    }

    /// What has changed since the last time. What is to be unsubscribed counts as not told from now on.
    pub(crate) fn changes(&self) -> Changes {
        let mut state = self.lock();
        let mut changes = Changes { waiting: std::mem::take(&mut state.waiting), ..Changes::default() };
        for topic in std::mem::take(&mut state.touched) {
            let was_told = state.told.contains(&topic);
            let is_unsure = state.unsure.remove(&topic);
            match state.wanted.contains(&topic) {
                true if !was_told || is_unsure => {
                    state.unsure.insert(Arc::clone(&topic));
                    changes.subscribe.push(topic);
                }
                false if was_told || is_unsure => {
                    state.told.remove(&topic);
                    changes.unsubscribe.push(topic);
                }
                _ => {}
            }
        }
        changes
    }

    /// Redis has taken them.
    pub(crate) fn done(&self, changes: Changes) {
        let mut state = self.lock();
        for topic in changes.subscribe {
            state.unsure.remove(&topic);
            state.told.insert(topic);
        }
        drop(state);
        for waiter in changes.waiting {
            let _ = waiter.send(Ok(())); // whoever gave up waiting needs no answer
        }
    }

    /// The connection ended over it: they wait for the next one.
    pub(crate) fn failed(&self, mut changes: Changes) {
        let waiting = std::mem::take(&mut changes.waiting);
        self.postpone(changes);
        self.lock().waiting.extend(waiting);
        self.changed.notify_one();
    }

    /// Redis refuses them, and says why: those who wait hear that, and the rest waits for the next change.
    pub(crate) fn refused(&self, mut changes: Changes, why: &str) {
        let waiting = std::mem::take(&mut changes.waiting);
        self.postpone(changes);
        for waiter in waiting {
            let _ = waiter.send(Err(why.to_owned()));
        }
    }

    /// Redis is told of `topic` again, if it is wanted.
    pub(crate) fn again(&self, topic: &str) {
        let topic: Topic = topic.into();
        let mut state = self.lock();
        state.unsure.insert(Arc::clone(&topic));
        state.touched.insert(topic);
    }

    /// Every topic that Redis has been told of.
    pub(crate) fn all_told(&self) -> Vec<Topic> {
        self.lock().told.iter().cloned().collect()
    }

    fn postpone(&self, changes: Changes) {
        let mut state = self.lock();
        for topic in changes.subscribe.into_iter().chain(changes.unsubscribe) {
            state.unsure.insert(Arc::clone(&topic));
            state.touched.insert(topic);
        }
    }

    /// Redis should know of `topic` from now on, or not. What it never heard of and need not hear of is forgotten: in a long outage
    /// names come and go by the thousand.
    pub(crate) fn want(&self, topic: &str, wanted: bool) {
        let topic: Topic = topic.into();
        let mut state = self.lock();
        let may_be_known = state.told.contains(&topic) || state.unsure.contains(&topic);
        if wanted {
            state.wanted.insert(Arc::clone(&topic));
        } else {
            state.wanted.remove(&topic);
        }
        match wanted || may_be_known {
            true => state.touched.insert(topic),
            false => state.touched.remove(&topic),
        };
        drop(state);
        self.changed.notify_one();
    }

    /// Has Redis been told that `topic` is wanted?
    pub(crate) fn is_told(&self, topic: &str) -> bool {
        self.lock().told.contains(topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(subscriptions: &Subscriptions) -> (Vec<Topic>, Vec<Topic>) {
        let changes = subscriptions.changes();
        let both = (changes.subscribe.clone(), changes.unsubscribe.clone());
        subscriptions.done(changes);
        both
    }

    #[test]
    fn what_comes_and_goes_untold_leaves_nothing() {
        let subscriptions = Subscriptions::default();
        for n in 0..10_000 {
            let topic = format!("room.{n}");
            subscriptions.want(&topic, true);
            drop(subscriptions.told());
            subscriptions.want(&topic, false);
        }
        let state = subscriptions.lock();
        assert_eq!((state.wanted.len(), state.touched.len(), state.unsure.len()), (0, 0, 0));
        assert!(state.waiting.capacity() < 20, "{}", state.waiting.capacity());
    }

    #[test]
    fn who_leaves_while_redis_is_told_is_unsubscribed_afterwards() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("room", true);
        let changes = subscriptions.changes();
        assert_eq!(changes.subscribe, [Topic::from("room")]);
        subscriptions.want("room", false);
        subscriptions.done(changes);
        assert_eq!(told(&subscriptions), (vec![], vec![Topic::from("room")]));
        assert_eq!(told(&subscriptions), (vec![], vec![]));
    }

    #[test]
    fn what_failed_is_told_again_either_way() {
        for wanted in [true, false] {
            let subscriptions = Subscriptions::default();
            subscriptions.want("room", true);
            let changes = subscriptions.changes();
            subscriptions.want("room", wanted);
            subscriptions.failed(changes);
            let (subscribe, unsubscribe) = told(&subscriptions);
            assert_eq!((subscribe.len(), unsubscribe.len()), if wanted { (1, 0) } else { (0, 1) });
        }
    }

    #[test]
    fn back_and_forth_while_redis_is_told_is_nothing_new() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("room", true);
        let changes = subscriptions.changes();
        subscriptions.want("room", false);
        subscriptions.want("room", true);
        subscriptions.done(changes);
        assert_eq!(told(&subscriptions), (vec![], vec![]));
        assert!(subscriptions.is_told("room"));
    }
}
