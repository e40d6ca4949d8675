//! Which topics the process wants to hear, and which Redis has been told of.

use std::{
    collections::{HashMap, HashSet},
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use catamaran::LogThrottle;
use redis::RedisError;
use tokio::{
    sync::{Notify, oneshot},
    time::{Instant, sleep_until},
};

use crate::{fault::in_words, postponed::Postponed};

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
    /// Not touched any more until it is time to try again, or somebody asks.
    postponed: Postponed,
    waiting: Vec<Waiter>,
}

/// Somebody who waits for Redis to be told.
#[derive(Debug)]
struct Waiter {
    /// What it is to be subscribed to. Who waits for nothing in particular is failed by nothing that is refused.
    topic: Option<Topic>,
    teller: oneshot::Sender<Told>,
}

/// What Redis must be told.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) subscribe: Vec<Topic>,
    pub(crate) unsubscribe: Vec<Topic>,
    /// Of those to be subscribed, which Redis may know already.
    maybe_known: HashSet<Topic>,
    waiting: Vec<Waiter>,
}

/// The outcome for those who wait: told, or what Redis says against it.
pub(crate) type Told = Result<(), String>;

/// What Redis has refused of what it was told, and its words.
pub(crate) type Refusals = HashMap<Topic, RedisError>;

impl Changes {
    /// In bounded portions, `true` with those to be subscribed: what is left first, as it was called.
    pub(crate) fn batches(&self) -> impl Iterator<Item = (&[Topic], bool)> {
        let unsubscribe = self.unsubscribe.chunks(BATCH).map(|batch| (batch, false));
        let subscribe = self.subscribe.chunks(BATCH).map(|batch| (batch, true));
        unsubscribe.chain(subscribe)
    }
}

impl Subscriptions {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when Redis has been told of everything that was wanted when this was called. With an error where it refuses to
    /// subscribe to `topic`; whatever else it refuses is no matter of this caller's.
    pub(crate) fn told(&self, topic: Option<&str>) -> oneshot::Receiver<Told> {
        let (teller, told) = oneshot::channel();
        let mut state = self.lock();
        if state.waiting.len() == state.waiting.capacity() {
            state.waiting.retain(|waiter| !waiter.teller.is_closed());
        }
        state.waiting.push(Waiter { topic: topic.map(Topic::from), teller });
        drop(state);
        self.changed.notify_one();
        told
    }

    /// There is something to tell that is no change.
    pub(crate) fn wake(&self) {
        self.changed.notify_one();
    }

    /// Waits for something to tell, or for the time to try again what was refused.
    pub(crate) async fn changed(&self) {
        let due = self.lock().postponed.due();
        let retry = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = self.changed.notified() => {}
            () = retry => {}
        }
    }

    /// A new connection knows nothing: everything that is wanted must be told.
    pub(crate) fn forget_told(&self) {
        let mut state = self.lock();
        state.told.clear();
        state.unsure.clear();
        state.postponed.clear();
        state.touched = state.wanted.clone();
    }

    /// On a new connection: what was refused is tried again at once.
    pub(crate) fn retry_all(&self) {
        let mut state = self.lock();
        let refused = state.postponed.clear();
        state.touched.extend(refused);
    }

    /// What has changed since the last time, and what is to be tried again. What is to be unsubscribed counts as not told from now on.
    pub(crate) fn changes(&self) -> Changes {
        let mut guard = self.lock();
        let state = &mut *guard;
        let mut changes = Changes { waiting: std::mem::take(&mut state.waiting), ..Changes::default() };
        state.touched.extend(state.postponed.take_due(Instant::now()));
        let asked = changes.waiting.iter().filter_map(|waiter| waiter.topic.as_ref());
        state.touched.extend(asked.filter(|topic| state.postponed.take(topic)).cloned());
        for topic in std::mem::take(&mut state.touched) {
            let was_told = state.told.contains(&topic);
            let is_unsure = state.unsure.remove(&topic);
            match state.wanted.contains(&topic) {
                true if !was_told || is_unsure => {
                    if was_told || is_unsure {
                        changes.maybe_known.insert(Arc::clone(&topic));
                    }
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

    /// Redis has taken them, but for `refusals`: those are tried again after a while, or when somebody asks, and fail who waits for
    /// them. Returns what Redis knows nothing of from now on.
    pub(crate) fn done(&self, mut changes: Changes, refusals: &Refusals, longest_wait: Duration) -> Vec<Topic> {
        let waiting = std::mem::take(&mut changes.waiting);
        let unknown = self.settle(changes, refusals, longest_wait);
        for Waiter { topic, teller } in waiting {
            let refusal = topic.and_then(|topic| refusals.get(&topic));
            let _ = teller.send(refusal.map_or(Ok(()), |fault| Err(in_words(fault)))); // whoever gave up waiting needs no answer
        }
        unknown
    }

    fn settle(&self, changes: Changes, refusals: &Refusals, longest_wait: Duration) -> Vec<Topic> {
        let mut state = self.lock();
        let (mut unknown, mut refused) = (Vec::new(), Vec::new());
        for topic in changes.subscribe {
            if !refusals.contains_key(&topic) {
                state.unsure.remove(&topic);
                state.told.insert(topic);
                continue;
            }
            if changes.maybe_known.contains(&topic) {
                state.unsure.insert(Arc::clone(&topic));
            } else {
                state.unsure.remove(&topic);
                unknown.push(Arc::clone(&topic));
            }
            refused.push(topic);
        }
        for topic in changes.unsubscribe {
            if refusals.contains_key(&topic) {
                state.unsure.insert(Arc::clone(&topic));
                refused.push(topic);
            } else {
                unknown.push(topic);
            }
        }
        state.postponed.add(refused, Instant::now(), longest_wait);
        drop(state);
        report(refusals);
        unknown
    }

    /// The connection ended over it: they wait for the next one.
    pub(crate) fn failed(&self, changes: Changes) {
        let mut state = self.lock();
        for topic in changes.subscribe.into_iter().chain(changes.unsubscribe) {
            state.unsure.insert(Arc::clone(&topic));
            state.touched.insert(topic);
        }
        state.waiting.extend(changes.waiting);
        drop(state);
        self.changed.notify_one();
    }

    /// Redis is told of `topic` again, if it is wanted.
    pub(crate) fn again(&self, topic: &str) {
        let topic: Topic = topic.into();
        let mut state = self.lock();
        state.unsure.insert(Arc::clone(&topic));
        state.touched.insert(topic);
    }

    /// Something that Redis has been told of.
    pub(crate) fn any_told(&self) -> Option<Topic> {
        self.lock().told.iter().next().cloned()
    }

    /// Everything that Redis has been told of.
    pub(crate) fn all_told(&self) -> Vec<Topic> {
        self.lock().told.iter().cloned().collect()
    }

    /// Everything that Redis has been told of, to be told again; but for what it refuses: that has times of its own.
    pub(crate) fn renewal(&self) -> Changes {
        let state = self.lock();
        let told: Vec<Topic> = state.told.iter().filter(|topic| !state.postponed.contains(topic)).cloned().collect();
        Changes { maybe_known: told.iter().cloned().collect(), subscribe: told, ..Changes::default() }
    }

    /// Redis should know of `topic` from now on, or not. What it never heard of and need not hear of is forgotten: in a long outage
    /// names come and go by the thousand.
    pub(crate) fn want(&self, topic: &str, wanted: bool) {
        let topic: Topic = topic.into();
        let mut state = self.lock();
        let may_be_known = state.told.contains(&topic) || state.unsure.contains(&topic);
        let is_news = if wanted { state.wanted.insert(Arc::clone(&topic)) } else { state.wanted.remove(&topic) };
        if !is_news {
            return;
        }
        state.postponed.take(&topic);
        match wanted || may_be_known {
            true => state.touched.insert(topic),
            false => state.touched.remove(&topic),
        };
        drop(state);
        self.changed.notify_one();
    }

    /// Of the topics that begin with `stem`, Redis should know of `names` and no others.
    pub(crate) fn want_own(&self, stem: &str, names: Vec<String>) {
        let names: HashSet<String> = names.into_iter().collect();
        let others: Vec<Topic> = {
            let state = self.lock();
            let is_other = |topic: &&Topic| topic.starts_with(stem) && !names.contains(&***topic);
            state.wanted.iter().filter(is_other).cloned().collect()
        };
        others.iter().for_each(|topic| self.want(topic, false));
        names.iter().for_each(|topic| self.want(topic, true));
    }

    /// Has Redis been told that `topic` is wanted?
    pub(crate) fn is_told(&self, topic: &str) -> bool {
        self.lock().told.contains(topic)
    }
}

fn report(refusals: &Refusals) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some((topic, fault)) = refusals.iter().next()
        && let Some(more) = THROTTLE.pass()
    {
        let count = refusals.len();
        log::error!("Redis refuses {count} group(s) or channel(s), {topic:?} is one: {}; trying again{more}", in_words(fault));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn told(subscriptions: &Subscriptions) -> (Vec<Topic>, Vec<Topic>) {
        told_but(subscriptions, &Refusals::new())
    }

    fn told_but(subscriptions: &Subscriptions, refusals: &Refusals) -> (Vec<Topic>, Vec<Topic>) {
        let changes = subscriptions.changes();
        let both = (changes.subscribe.clone(), changes.unsubscribe.clone());
        subscriptions.done(changes, refusals, LONG);
        both
    }

    fn refusing(topic: &str) -> Refusals {
        Refusals::from([(topic.into(), (redis::ErrorKind::Extension, "no").into())])
    }

    #[test]
    fn a_refusal_fails_who_waits_for_it_and_nobody_else() {
        let subscriptions = Subscriptions::default();
        let mut waiting = ["bad", "good"].map(|topic| {
            subscriptions.want(topic, true);
            subscriptions.told(Some(topic))
        });
        let mut flush = subscriptions.told(None);
        told_but(&subscriptions, &refusing("bad"));
        assert!(waiting[0].try_recv().unwrap().is_err());
        assert!(waiting[1].try_recv().unwrap().is_ok() && flush.try_recv().unwrap().is_ok());
        assert_eq!((subscriptions.is_told("bad"), subscriptions.is_told("good")), (false, true));
    }

    #[test]
    fn who_asks_for_what_was_refused_has_it_tried_again_and_nobody_else() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("bad", true);
        told_but(&subscriptions, &refusing("bad"));
        subscriptions.want("good", true);
        assert_eq!(told(&subscriptions), (vec![Topic::from("good")], vec![]));
        let mut asked = subscriptions.told(Some("bad"));
        assert_eq!(told_but(&subscriptions, &refusing("bad")).0, [Topic::from("bad")]);
        assert!(asked.try_recv().unwrap().is_err());
        subscriptions.retry_all();
        assert_eq!(told(&subscriptions), (vec![Topic::from("bad")], vec![]));
        assert!(subscriptions.is_told("bad"));
    }

    #[test]
    fn what_was_refused_and_is_left_needs_no_telling() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("bad", true);
        let changes = subscriptions.changes();
        assert_eq!(subscriptions.done(changes, &refusing("bad"), LONG), [Topic::from("bad")]);
        subscriptions.want("bad", false);
        subscriptions.retry_all();
        assert_eq!(told(&subscriptions), (vec![], vec![]));
    }

    #[test]
    fn leaving_that_is_refused_fails_nobody_and_is_tried_again() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("bad", true);
        told(&subscriptions);
        subscriptions.want("bad", false);
        let mut waiting = subscriptions.told(None);
        told_but(&subscriptions, &refusing("bad"));
        assert!(waiting.try_recv().unwrap().is_ok());
        assert_eq!(told(&subscriptions), (vec![], vec![]), "not yet");
        subscriptions.retry_all();
        assert_eq!(told(&subscriptions), (vec![], vec![Topic::from("bad")]));
    }

    #[test]
    fn what_comes_and_goes_untold_leaves_nothing() {
        let subscriptions = Subscriptions::default();
        for n in 0..10_000 {
            let topic = format!("room.{n}");
            subscriptions.want(&topic, true);
            drop(subscriptions.told(Some(&topic)));
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
        subscriptions.done(changes, &Refusals::new(), LONG);
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
        subscriptions.done(changes, &Refusals::new(), LONG);
        assert_eq!(told(&subscriptions), (vec![], vec![]));
        assert!(subscriptions.is_told("room"));
    }
}
