//! The topics that the process wants, and those that Redis knows.

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

use crate::{fault::error_text, retry::Retry};

/// Topics in one command. Without a limit, a reconnect with thousands of groups would be one huge command.
const BATCH: usize = 500;

/// A Redis channel to subscribe to, or a group to be a member of.
pub(crate) type Topic = Arc<str>;

/// The wanted topics, the changes that Redis does not know yet, and the callers that wait for them. Its size is bounded by the number of
/// topics and callers, however long Redis is unavailable.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    wanted: HashSet<Topic>,
    acknowledged: HashSet<Topic>,
    dirty: HashSet<Topic>,
    /// Topics of a command without an answer: Redis may know them or not. After a failure they are sent again in any case.
    uncertain: HashSet<Topic>,
    /// Refused topics. They are not dirty until their retry time, or until a caller asks for them.
    retry: Retry,
    waiters: Vec<Waiter>,
}

/// A caller that waits until Redis knows the changes.
#[derive(Debug)]
struct Waiter {
    /// The topic that the caller subscribes to. `None` ignores individual refusals.
    topic: Option<Topic>,
    sender: oneshot::Sender<SyncResult>,
}

/// The changes to send to Redis.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) subscribe: Vec<Topic>,
    pub(crate) unsubscribe: Vec<Topic>,
    /// Topics in `subscribe` that Redis may know already.
    maybe_known: HashSet<Topic>,
    waiters: Vec<Waiter>,
}

/// The result for a waiter: an error is Redis' refusal.
pub(crate) type SyncResult = Result<(), String>;

/// The topics that Redis refused, with its errors.
pub(crate) type Refusals = HashMap<Topic, RedisError>;

impl Changes {
    /// Returns the changes in batches, `true` for subscriptions. Unsubscriptions come first, in the order of the calls.
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

    /// Resolves when Redis knows everything that was wanted at the time of the call. Fails if Redis refuses to subscribe to `topic`. Other
    /// refusals do not concern this caller.
    pub(crate) fn synced(&self, topic: Option<&str>) -> oneshot::Receiver<SyncResult> {
        let (sender, synced) = oneshot::channel();
        let mut state = self.lock();
        if state.waiters.len() == state.waiters.capacity() {
            state.waiters.retain(|waiter| !waiter.sender.is_closed());
        }
        state.waiters.push(Waiter { topic: topic.map(Topic::from), sender });
        drop(state);
        self.changed.notify_one();
        synced
    }

    /// Wakes the task although no topic has changed.
    pub(crate) fn wake(&self) {
        self.changed.notify_one();
    }

    /// Waits for a change, or for the retry time of refused topics.
    pub(crate) async fn changed(&self) {
        let due = self.lock().retry.due();
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

    /// Marks all wanted topics as dirty, since a new connection has no subscriptions.
    pub(crate) fn forget_acknowledged(&self) {
        let mut state = self.lock();
        state.acknowledged.clear();
        state.uncertain.clear();
        state.retry.clear();
        state.dirty = state.wanted.clone();
    }

    /// Retries all refused topics at once, on a new connection.
    pub(crate) fn retry_all(&self) {
        let mut state = self.lock();
        let refused = state.retry.clear();
        state.dirty.extend(refused);
    }

    /// Takes the changes since the last call and the topics to retry. Topics in `unsubscribe` count as unknown to Redis from now on.
    pub(crate) fn changes(&self) -> Changes {
        let mut guard = self.lock();
        let state = &mut *guard;
        let mut changes = Changes { waiters: std::mem::take(&mut state.waiters), ..Changes::default() };
        state.dirty.extend(state.retry.take_due(Instant::now()));
        let asked = changes.waiters.iter().filter_map(|waiter| waiter.topic.as_ref());
        state.dirty.extend(asked.filter(|topic| state.retry.take(topic)).cloned());
        for topic in std::mem::take(&mut state.dirty) {
            let was_acknowledged = state.acknowledged.contains(&topic);
            let is_uncertain = state.uncertain.remove(&topic);
            match state.wanted.contains(&topic) {
                true if !was_acknowledged || is_uncertain => {
                    if was_acknowledged || is_uncertain {
                        changes.maybe_known.insert(Arc::clone(&topic));
                    }
                    state.uncertain.insert(Arc::clone(&topic));
                    changes.subscribe.push(topic);
                }
                false if was_acknowledged || is_uncertain => {
                    state.acknowledged.remove(&topic);
                    changes.unsubscribe.push(topic);
                }
                _ => {}
            }
        }
        changes
    }

    /// Records that Redis has handled the changes, except `refusals`. Those fail their waiters, and are retried later or when a caller asks.
    /// Returns the topics that Redis does not know from now on.
    pub(crate) fn done(&self, mut changes: Changes, refusals: &Refusals, longest_wait: Duration) -> Vec<Topic> {
        let waiters = std::mem::take(&mut changes.waiters);
        let unknown = self.settle(changes, refusals, longest_wait);
        for Waiter { topic, sender } in waiters {
            let refusal = topic.and_then(|topic| refusals.get(&topic));
            let _ = sender.send(refusal.map_or(Ok(()), |fault| Err(error_text(fault)))); // fails if the caller was cancelled
        }
        unknown
    }

    fn settle(&self, changes: Changes, refusals: &Refusals, longest_wait: Duration) -> Vec<Topic> {
        let mut state = self.lock();
        let (mut unknown, mut refused) = (Vec::new(), Vec::new());
        for topic in changes.subscribe {
            if !refusals.contains_key(&topic) {
                state.uncertain.remove(&topic);
                state.acknowledged.insert(topic);
                continue;
            }
            if changes.maybe_known.contains(&topic) {
                state.uncertain.insert(Arc::clone(&topic));
            } else {
                state.uncertain.remove(&topic);
                unknown.push(Arc::clone(&topic));
            }
            refused.push(topic);
        }
        for topic in changes.unsubscribe {
            if refusals.contains_key(&topic) {
                state.uncertain.insert(Arc::clone(&topic));
                refused.push(topic);
            } else {
                unknown.push(topic);
            }
        }
        state.retry.add(refused, Instant::now(), longest_wait);
        drop(state);
        report(refusals);
        unknown
    }

    /// Keeps the changes for the next connection, since this one ended before Redis had handled them.
    pub(crate) fn failed(&self, changes: Changes) {
        let mut state = self.lock();
        for topic in changes.subscribe.into_iter().chain(changes.unsubscribe) {
            state.uncertain.insert(Arc::clone(&topic));
            state.dirty.insert(topic);
        }
        state.waiters.extend(changes.waiters);
        drop(state);
        self.changed.notify_one();
    }

    /// Sends `topic` to Redis again, if it is wanted.
    pub(crate) fn resend(&self, topic: &str) {
        let topic: Topic = topic.into();
        let mut state = self.lock();
        state.uncertain.insert(Arc::clone(&topic));
        state.dirty.insert(topic);
    }

    /// Returns any topic that Redis knows.
    pub(crate) fn any_acknowledged(&self) -> Option<Topic> {
        self.lock().acknowledged.iter().next().cloned()
    }

    /// Returns all topics that Redis knows.
    pub(crate) fn all_acknowledged(&self) -> Vec<Topic> {
        self.lock().acknowledged.iter().cloned().collect()
    }

    /// Returns all topics that Redis knows as changes, to renew them. Refused topics are left out, since they have their own retry time.
    pub(crate) fn renewal(&self) -> Changes {
        let state = self.lock();
        let topics: Vec<Topic> = state.acknowledged.iter().filter(|topic| !state.retry.contains(topic)).cloned().collect();
        Changes { maybe_known: topics.iter().cloned().collect(), subscribe: topics, ..Changes::default() }
    }

    /// Sets whether Redis should know `topic`. A topic that Redis never knew and need not know is removed: in a long outage thousands of
    /// names come and go.
    pub(crate) fn want(&self, topic: &str, wanted: bool) {
        let topic: Topic = topic.into();
        let mut state = self.lock();
        let may_be_known = state.acknowledged.contains(&topic) || state.uncertain.contains(&topic);
        let is_news = if wanted { state.wanted.insert(Arc::clone(&topic)) } else { state.wanted.remove(&topic) };
        if !is_news {
            return;
        }
        state.retry.take(&topic);
        match wanted || may_be_known {
            true => state.dirty.insert(topic),
            false => state.dirty.remove(&topic),
        };
        drop(state);
        self.changed.notify_one();
    }

    /// Sets that Redis should know `names`, and no other topic that begins with `own_prefix`.
    pub(crate) fn want_own(&self, own_prefix: &str, names: Vec<String>) {
        let names: HashSet<String> = names.into_iter().collect();
        let others: Vec<Topic> = {
            let state = self.lock();
            let is_other = |topic: &&Topic| topic.starts_with(own_prefix) && !names.contains(&***topic);
            state.wanted.iter().filter(is_other).cloned().collect()
        };
        others.iter().for_each(|topic| self.want(topic, false));
        names.iter().for_each(|topic| self.want(topic, true));
    }

    /// Returns whether Redis knows `topic`.
    pub(crate) fn is_acknowledged(&self, topic: &str) -> bool {
        self.lock().acknowledged.contains(topic)
    }
}

fn report(refusals: &Refusals) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some((topic, fault)) = refusals.iter().next()
        && let Some(more) = THROTTLE.pass()
    {
        let count = refusals.len();
        log::error!(
            "Redis refuses {count} group(s) or channel(s), for example {topic:?}: {}; trying again{more}",
            error_text(fault)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn sync(subscriptions: &Subscriptions) -> (Vec<Topic>, Vec<Topic>) {
        sync_refusing(subscriptions, &Refusals::new())
    }

    fn sync_refusing(subscriptions: &Subscriptions, refusals: &Refusals) -> (Vec<Topic>, Vec<Topic>) {
        let changes = subscriptions.changes();
        let both = (changes.subscribe.clone(), changes.unsubscribe.clone());
        subscriptions.done(changes, refusals, LONG);
        both
    }

    fn refusing(topic: &str) -> Refusals {
        Refusals::from([(topic.into(), (redis::ErrorKind::Extension, "no").into())])
    }

    #[test]
    fn a_refusal_fails_only_its_own_waiter() {
        let subscriptions = Subscriptions::default();
        let mut waiting = ["bad", "good"].map(|topic| {
            subscriptions.want(topic, true);
            subscriptions.synced(Some(topic))
        });
        let mut flush = subscriptions.synced(None);
        sync_refusing(&subscriptions, &refusing("bad"));
        assert!(waiting[0].try_recv().unwrap().is_err());
        assert!(waiting[1].try_recv().unwrap().is_ok() && flush.try_recv().unwrap().is_ok());
        assert_eq!((subscriptions.is_acknowledged("bad"), subscriptions.is_acknowledged("good")), (false, true));
    }

    #[test]
    fn a_caller_retries_only_its_own_refused_topic() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("bad", true);
        sync_refusing(&subscriptions, &refusing("bad"));
        subscriptions.want("good", true);
        assert_eq!(sync(&subscriptions), (vec![Topic::from("good")], vec![]));
        let mut asked = subscriptions.synced(Some("bad"));
        assert_eq!(sync_refusing(&subscriptions, &refusing("bad")).0, [Topic::from("bad")]);
        assert!(asked.try_recv().unwrap().is_err());
        subscriptions.retry_all();
        assert_eq!(sync(&subscriptions), (vec![Topic::from("bad")], vec![]));
        assert!(subscriptions.is_acknowledged("bad"));
    }

    #[test]
    fn leaving_a_refused_topic_needs_no_command() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("bad", true);
        let changes = subscriptions.changes();
        assert_eq!(subscriptions.done(changes, &refusing("bad"), LONG), [Topic::from("bad")]);
        subscriptions.want("bad", false);
        subscriptions.retry_all();
        assert_eq!(sync(&subscriptions), (vec![], vec![]));
    }

    #[test]
    fn a_refused_unsubscription_fails_no_waiter_and_is_retried() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("bad", true);
        sync(&subscriptions);
        subscriptions.want("bad", false);
        let mut waiting = subscriptions.synced(None);
        sync_refusing(&subscriptions, &refusing("bad"));
        assert!(waiting.try_recv().unwrap().is_ok());
        assert_eq!(sync(&subscriptions), (vec![], vec![]), "not yet");
        subscriptions.retry_all();
        assert_eq!(sync(&subscriptions), (vec![], vec![Topic::from("bad")]));
    }

    #[test]
    fn topics_that_come_and_go_without_redis_leave_nothing() {
        let subscriptions = Subscriptions::default();
        for n in 0..10_000 {
            let topic = format!("room.{n}");
            subscriptions.want(&topic, true);
            drop(subscriptions.synced(Some(&topic)));
            subscriptions.want(&topic, false);
        }
        let state = subscriptions.lock();
        assert_eq!((state.wanted.len(), state.dirty.len(), state.uncertain.len()), (0, 0, 0));
        assert!(state.waiters.capacity() < 20, "{}", state.waiters.capacity());
    }

    #[test]
    fn a_topic_that_is_left_during_a_sync_is_unsubscribed_afterwards() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("room", true);
        let changes = subscriptions.changes();
        assert_eq!(changes.subscribe, [Topic::from("room")]);
        subscriptions.want("room", false);
        subscriptions.done(changes, &Refusals::new(), LONG);
        assert_eq!(sync(&subscriptions), (vec![], vec![Topic::from("room")]));
        assert_eq!(sync(&subscriptions), (vec![], vec![]));
    }

    #[test]
    fn a_failed_change_is_sent_again_whether_wanted_or_not() {
        for wanted in [true, false] {
            let subscriptions = Subscriptions::default();
            subscriptions.want("room", true);
            let changes = subscriptions.changes();
            subscriptions.want("room", wanted);
            subscriptions.failed(changes);
            let (subscribe, unsubscribe) = sync(&subscriptions);
            assert_eq!((subscribe.len(), unsubscribe.len()), if wanted { (1, 0) } else { (0, 1) });
        }
    }

    #[test]
    fn leaving_and_joining_during_a_sync_is_no_change() {
        let subscriptions = Subscriptions::default();
        subscriptions.want("room", true);
        let changes = subscriptions.changes();
        subscriptions.want("room", false);
        subscriptions.want("room", true);
        subscriptions.done(changes, &Refusals::new(), LONG);
        assert_eq!(sync(&subscriptions), (vec![], vec![]));
        assert!(subscriptions.is_acknowledged("room"));
    }
}
