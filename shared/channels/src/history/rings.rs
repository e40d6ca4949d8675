//! Histories in the memory of one process.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use uuid::Uuid;

use super::{History, HistoryLimits, Position};
use crate::{GroupName, LayerConfig, Message, Receipt};

/// The histories of the groups of one process.
#[derive(Debug)]
pub struct Histories {
    config: LayerConfig,
    rings: Mutex<HashMap<GroupName, Arc<Ring>>>,
}

/// The history of one group.
#[derive(Debug)]
struct Ring {
    limits: HistoryLimits,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    newest: Position,
    appended: Instant,
    messages: VecDeque<(Message, Instant)>,
    bytes: usize,
}

impl Histories {
    /// Makes a set without messages.
    pub fn new(config: LayerConfig) -> Self {
        Self { config, rings: Mutex::default() }
    }

    /// Appends `message` to the history of `group` and lets `send` send it with its position. No other message of the group comes between
    /// the two.
    pub fn append(
        &self,
        group: &GroupName,
        limits: &HistoryLimits,
        message: &Message,
        send: impl FnOnce(&Message) -> Receipt,
    ) -> Receipt {
        let ring = self.ring(group, limits);
        let now = self.config.clock.now();
        let mut kept = ring.lock();
        let position = kept.newest.next();
        let message = message.at(position);
        kept.push(&message, &ring.limits, now);
        send(&message).at(position)
    }

    /// Returns the messages of `group` after `since`.
    pub fn since(&self, group: &GroupName, since: Option<Position>) -> History {
        let Some(ring) = self.lock().get(group).cloned() else { return History::of(Vec::new(), None, since) };
        let mut kept = ring.lock();
        kept.trim(&ring.limits, self.config.clock.now());
        let messages = kept.messages.iter().map(|(message, _)| message.clone()).collect();
        History::of(messages, kept.newest(), since)
    }

    /// Returns the position of the newest message of `group`.
    pub fn newest(&self, group: &GroupName) -> Option<Position> {
        let ring = self.lock().get(group).cloned()?;
        ring.lock().newest()
    }

    fn ring(&self, group: &GroupName, limits: &HistoryLimits) -> Arc<Ring> {
        let mut rings = self.lock();
        if let Some(ring) = rings.get(group) {
            return Arc::clone(ring);
        }
        let now = self.config.clock.now();
        if rings.len() >= self.config.history_groups {
            forget_some(&mut rings, &self.config, now);
        }
        let newest = Position { epoch: Uuid::new_v4().as_u64_pair().0, offset: 0 };
        let kept = Kept { newest, appended: now, messages: VecDeque::new(), bytes: 0 };
        let ring = Arc::new(Ring { limits: *limits, kept: Mutex::new(kept) });
        rings.insert(group.clone(), Arc::clone(&ring));
        ring
    }

    // A panic elsewhere cannot break the map: every change to it is a single step.
    fn lock(&self) -> MutexGuard<'_, HashMap<GroupName, Arc<Ring>>> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the histories that were not used for the group expiry, and otherwise the one that was not used for the longest time.
fn forget_some(rings: &mut HashMap<GroupName, Arc<Ring>>, config: &LayerConfig, now: Instant) {
    rings.retain(|_, ring| now.duration_since(ring.lock().appended) < config.group_expiry);
    if rings.len() >= config.history_groups
        && let Some(oldest) = rings.iter().min_by_key(|(_, ring)| ring.lock().appended).map(|(group, _)| group.clone())
    {
        rings.remove(&oldest);
    }
}

impl Ring {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn newest(&self) -> Option<Position> {
        (self.newest.offset > 0).then_some(self.newest)
    }

    fn push(&mut self, message: &Message, limits: &HistoryLimits, now: Instant) {
        self.newest = self.newest.next();
        self.appended = now;
        self.bytes += message.encoded().len();
        self.messages.push_back((message.clone(), now));
        self.trim(limits, now);
    }

    fn trim(&mut self, limits: &HistoryLimits, now: Instant) {
        while let Some((oldest, at)) = self.messages.front() {
            let is_within =
                self.messages.len() <= limits.messages && self.bytes <= limits.bytes && now.duration_since(*at) < limits.age;
            if is_within {
                return;
            }
            self.bytes -= oldest.encoded().len();
            self.messages.pop_front();
        }
    }
}
