//! Tells Redis of which groups this process is a member.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use catamaran::{GapReason, Registry};
use redis::{RedisResult, Value, aio::MultiplexedConnection};
use tokio::time::{Instant, sleep_until};

use super::{
    members::Members,
    sender::{group_key, whole_seconds},
    stamp::Stamp,
};
use crate::{
    fault::{LinkFault, is_refusal},
    subscriptions::{Changes, Refusals, Subscriptions, Topic},
};

/// Others join and leave too, and Redis tells of each: a group is looked at no more often than this.
const LOOK: Duration = Duration::from_millis(300);
/// How many groups in one question.
const BATCH: usize = 500;

pub(super) struct Memberships {
    registry: Arc<Registry>,
    subscriptions: Arc<Subscriptions>,
    members: Arc<Members>,
    renewal: Renewal,
    /// Redis tells when the key of a group has changed that was told or looked at: somebody else may have deleted it.
    pub(super) is_watched: AtomicBool,
    /// When to renew, or to look whether anything is lost.
    due: Mutex<Instant>,
    renewed: Mutex<Instant>,
    looks: Mutex<Looks>,
}

/// How often Redis is told of every membership again: where it tells of changed groups, and where it does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renewal {
    pub(super) watched: Duration,
    pub(super) unwatched: Duration,
}

/// The groups to look at, and when.
struct Looks {
    changed: HashSet<Topic>,
    next: Instant,
}

impl Memberships {
    pub(super) fn new(
        registry: Arc<Registry>,
        subscriptions: Arc<Subscriptions>,
        members: Arc<Members>,
        renewal: Renewal,
    ) -> Self {
        let now = Instant::now();
        let (due, looks) = (Mutex::new(now + renewal.unwatched), Mutex::new(Looks { changed: HashSet::new(), next: now }));
        Self {
            registry,
            subscriptions,
            members,
            renewal,
            is_watched: AtomicBool::new(false),
            due,
            renewed: Mutex::new(now),
            looks,
        }
    }

    /// Waits until there is something to tell.
    pub(super) async fn changed(&self) {
        let due = *self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let due = self.next_look().map_or(due, |look| look.min(due));
        tokio::select! {
            () = self.subscriptions.changed() => {}
            () = sleep_until(due) => {}
        }
    }

    /// Handles Redis' report of changed keys: their names, or `None` after a flush.
    pub(super) fn changed_in_redis(&self, keys: Option<&Value>) {
        let groups: Vec<Topic> = match keys {
            Some(Value::Array(keys)) => keys.iter().filter_map(|key| self.group_of(key)).collect(),
            _ => self.subscriptions.all_told(),
        };
        if groups.is_empty() {
            return;
        }
        self.looks().changed.extend(groups);
        self.subscriptions.wake();
    }

    fn group_of(&self, key: &Value) -> Option<Topic> {
        let Value::BulkString(key) = key else { return None };
        let key = std::str::from_utf8(key).ok()?;
        key.strip_prefix(&group_key(&self.registry.config().prefix, "")).map(Topic::from)
    }

    fn next_look(&self) -> Option<Instant> {
        let looks = self.looks();
        (!looks.changed.is_empty()).then_some(looks.next)
    }

    fn looks(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of the groups that have changed, those that this process is to be a member of.
    fn groups_to_look_at(&self) -> Vec<Topic> {
        let (mut looks, now) = (self.looks(), Instant::now());
        if looks.changed.is_empty() || looks.next > now {
            return Vec::new();
        }
        looks.next = now + LOOK;
        let changed = std::mem::take(&mut looks.changed);
        changed.into_iter().filter(|group| self.subscriptions.is_told(group)).collect()
    }

    /// Is this process still a member of the groups that have changed? Where it is not, Redis is told again.
    async fn look(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        for batch in self.groups_to_look_at().chunks(BATCH) {
            let mut pipe = redis::pipe();
            let asked: Vec<_> = batch.iter().filter(|group| self.watch(&mut pipe, group)).collect();
            if asked.is_empty() {
                continue;
            }
            let outcomes: Vec<RedisResult<Option<f64>>> = pipe.ignore_errors().query_async(&mut connection).await?;
            for (group, outcome) in asked.into_iter().zip(outcomes) {
                match outcome {
                    Ok(Some(_)) => {}
                    Ok(None) => self.subscriptions.again(group),
                    Err(fault) if is_refusal(&fault) => self.subscriptions.again(group),
                    Err(fault) => return Err(fault.into()),
                }
            }
        }
        Ok(())
    }

    /// Asks for this process's place in a group; from then on Redis tells when the group changes, where it tells of that.
    fn watch(&self, pipe: &mut redis::Pipeline, group: &str) -> bool {
        let Some(name) = self.members.name_of(group) else { return false };
        if self.is_watched.load(Ordering::Relaxed) {
            pipe.cmd("CLIENT").arg("CACHING").arg("YES").ignore();
        }
        pipe.cmd("ZSCORE").arg(group_key(&self.registry.config().prefix, group)).arg(&*name);
        true
    }

    /// Something has happened to Redis: look which memberships it still has.
    pub(super) fn look_now(&self) {
        self.looks().changed.extend(self.subscriptions.all_told());
        self.subscriptions.wake();
    }

    /// On a new connection: everything, since Redis may have lost it.
    pub(super) async fn begin(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.subscriptions.retry_all();
        self.renew(connection.clone()).await?;
        self.tell(connection).await
    }

    /// What has changed, and everything where that is due.
    pub(super) async fn tell(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        if self.is_due() {
            self.renew_or_sample(connection.clone()).await?;
        }
        self.look(connection.clone()).await?;
        let changes = self.subscriptions.changes();
        match self.tell_redis(connection, &changes).await {
            Ok(refusals) => {
                self.done(changes, &refusals);
                Ok(())
            }
            Err(fault) => {
                self.subscriptions.failed(changes);
                Err(fault)
            }
        }
    }

    /// Redis does not tell of `SWAPDB`. Between two renewals one membership stands for all: a loss of all is found by it.
    async fn renew_or_sample(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        let is_renewed = self.renewed().elapsed() < self.renewal.watched;
        let sample = self.subscriptions.any_told().and_then(|group| Some((self.members.name_of(&group)?, group)));
        if !is_renewed || !self.is_watched.load(Ordering::Relaxed) {
            return self.renew(connection).await;
        }
        self.set_due(self.renewal.unwatched);
        let Some((name, group)) = sample else { return Ok(()) };
        let key = group_key(&self.registry.config().prefix, &group);
        match redis::cmd("ZSCORE").arg(key).arg(&*name).query_async::<Option<f64>>(&mut connection).await {
            Ok(Some(_)) => Ok(()),
            Err(fault) if !is_refusal(&fault) => Err(fault.into()),
            Ok(None) | Err(_) => self.renew(connection).await,
        }
    }

    /// Tells of every membership again. Where that fails, the next connection begins with it.
    async fn renew(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.set_due(self.renewal.unwatched);
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let renewal = self.subscriptions.renewal();
        let refusals = self.tell_redis(connection, &renewal).await?;
        self.done(renewal, &refusals);
        Ok(())
    }

    fn done(&self, changes: Changes, refusals: &Refusals) {
        for group in self.subscriptions.done(changes, refusals, self.renewal.unwatched) {
            self.members.forget(&group);
        }
    }

    /// What Redis refuses of it. Whoever is in a group that Redis had lost may have missed something.
    async fn tell_redis(&self, mut connection: MultiplexedConnection, changes: &Changes) -> Result<Refusals, LinkFault> {
        let (mut refusals, mut lost) = (Refusals::new(), 0);
        let mut outcome = Ok(());
        for (batch, subscribe) in changes.batches() {
            outcome = self.tell_batch(&mut connection, batch, subscribe, &mut refusals, &mut lost).await;
            if outcome.is_err() {
                break;
            }
        }
        if lost > 0 {
            log::warn!("{lost} membership(s) of this process were not in Redis any more: entered again");
            self.registry.gap_for_all(GapReason::Disconnected);
        }
        outcome.map(|()| refusals)
    }

    async fn tell_batch(
        &self,
        connection: &mut MultiplexedConnection,
        batch: &[Topic],
        subscribe: bool,
        refusals: &mut Refusals,
        lost: &mut usize,
    ) -> Result<(), LinkFault> {
        let mut pipe = redis::pipe();
        let told: Vec<_> = batch.iter().filter(|group| self.put(&mut pipe, group, subscribe)).collect();
        if told.is_empty() {
            return Ok(()); // no command, no answer
        }
        let outcomes: Vec<RedisResult<usize>> = pipe.ignore_errors().query_async(connection).await?;
        for (group, outcome) in told.into_iter().zip(outcomes) {
            match outcome {
                Ok(changed) => *lost += usize::from(subscribe && changed > 0 && self.subscriptions.is_told(group)),
                Err(fault) if is_refusal(&fault) => {
                    refusals.insert(Arc::clone(group), fault);
                }
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(())
    }

    /// One command whose outcome counts; `false` where none is needed: a group of which Redis cannot know.
    fn put(&self, pipe: &mut redis::Pipeline, group: &str, subscribe: bool) -> bool {
        let config = self.registry.config();
        let key = group_key(&config.prefix, group);
        if subscribe {
            let name = self.members.tell(group, config.clock.now());
            pipe.cmd("ZADD").arg(&key).arg(Stamp::of(config.clock.wall()).to_string()).arg(&*name);
            pipe.cmd("EXPIRE").arg(&key).arg(whole_seconds(config.group_expiry)).ignore();
            if self.is_watched.load(Ordering::Relaxed) && self.watch(pipe, group) {
                pipe.ignore();
            }
            return true;
        }
        let name = self.members.name_of(group);
        if let Some(name) = &name {
            pipe.cmd("ZREM").arg(&key).arg(&**name);
        }
        name.is_some()
    }

    fn renewed(&self) -> Instant {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_due(&self) -> bool {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) <= Instant::now()
    }

    fn set_due(&self, after: Duration) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + after;
    }
}
