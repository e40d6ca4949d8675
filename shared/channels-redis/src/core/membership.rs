//! Keeps the memberships of this process in Redis.

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

/// The shortest time between two checks of changed groups. Redis also reports the changes of other processes, which are many.
const CHECK_INTERVAL: Duration = Duration::from_millis(300);
/// Groups in one command.
const BATCH: usize = 500;

pub(super) struct Memberships {
    registry: Arc<Registry>,
    subscriptions: Arc<Subscriptions>,
    members: Arc<Members>,
    renewal: Renewal,
    /// Whether Redis reports changes of groups that were sent or checked: another client may have deleted the key.
    pub(super) is_tracking: AtomicBool,
    /// When to renew, or to check a sample.
    due: Mutex<Instant>,
    renewed: Mutex<Instant>,
    checks: Mutex<Checks>,
}

/// How often every membership is renewed: with CLIENT TRACKING, and without.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renewal {
    pub(super) tracked: Duration,
    pub(super) untracked: Duration,
}

/// The groups to check, and the time of the next check.
struct Checks {
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
        let (due, checks) = (Mutex::new(now + renewal.untracked), Mutex::new(Checks { changed: HashSet::new(), next: now }));
        Self {
            registry,
            subscriptions,
            members,
            renewal,
            is_tracking: AtomicBool::new(false),
            due,
            renewed: Mutex::new(now),
            checks,
        }
    }

    /// Waits until something must be sent.
    pub(super) async fn changed(&self) {
        let due = *self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let due = self.next_check().map_or(due, |check| check.min(due));
        tokio::select! {
            () = self.subscriptions.changed() => {}
            () = sleep_until(due) => {}
        }
    }

    /// Handles Redis' report of changed keys: their names, or `None` after a flush.
    pub(super) fn on_invalidation(&self, keys: Option<&Value>) {
        let groups: Vec<Topic> = match keys {
            Some(Value::Array(keys)) => keys.iter().filter_map(|key| self.group_of(key)).collect(),
            _ => self.subscriptions.all_acknowledged(),
        };
        if groups.is_empty() {
            return;
        }
        self.checks().changed.extend(groups);
        self.subscriptions.wake();
    }

    fn group_of(&self, key: &Value) -> Option<Topic> {
        let Value::BulkString(key) = key else { return None };
        let key = std::str::from_utf8(key).ok()?;
        key.strip_prefix(&group_key(&self.registry.config().prefix, "")).map(Topic::from)
    }

    fn next_check(&self) -> Option<Instant> {
        let checks = self.checks();
        (!checks.changed.is_empty()).then_some(checks.next)
    }

    fn checks(&self) -> MutexGuard<'_, Checks> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the changed groups that this process must be a member of.
    fn groups_to_check(&self) -> Vec<Topic> {
        let (mut checks, now) = (self.checks(), Instant::now());
        if checks.changed.is_empty() || checks.next > now {
            return Vec::new();
        }
        checks.next = now + CHECK_INTERVAL;
        let changed = std::mem::take(&mut checks.changed);
        changed.into_iter().filter(|group| self.subscriptions.is_acknowledged(group)).collect()
    }

    /// Checks that this process is still a member of the changed groups. Sends lost memberships again.
    async fn check_groups(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        for batch in self.groups_to_check().chunks(BATCH) {
            let mut pipe = redis::pipe();
            let asked: Vec<_> = batch.iter().filter(|group| self.watch(&mut pipe, group)).collect();
            if asked.is_empty() {
                continue;
            }
            let outcomes: Vec<RedisResult<Option<f64>>> = pipe.ignore_errors().query_async(&mut connection).await?;
            for (group, outcome) in asked.into_iter().zip(outcomes) {
                match outcome {
                    Ok(Some(_)) => {}
                    Ok(None) => self.subscriptions.resend(group),
                    Err(fault) if is_refusal(&fault) => self.subscriptions.resend(group),
                    Err(fault) => return Err(fault.into()),
                }
            }
        }
        Ok(())
    }

    /// Adds a query for this process's membership of a group. With tracking, Redis reports the group's next change.
    fn watch(&self, pipe: &mut redis::Pipeline, group: &str) -> bool {
        let Some(name) = self.members.name_of(group) else { return false };
        if self.is_tracking.load(Ordering::Relaxed) {
            pipe.cmd("CLIENT").arg("CACHING").arg("YES").ignore();
        }
        pipe.cmd("ZSCORE").arg(group_key(&self.registry.config().prefix, group)).arg(&*name);
        true
    }

    /// Checks all memberships, since Redis may have lost some.
    pub(super) fn check_now(&self) {
        self.checks().changed.extend(self.subscriptions.all_acknowledged());
        self.subscriptions.wake();
    }

    /// Sends all memberships on a new connection, since Redis may have lost them.
    pub(super) async fn begin(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.subscriptions.retry_all();
        self.renew(connection.clone()).await?;
        self.sync(connection).await
    }

    /// Sends the changes, and renews all memberships when it is time.
    pub(super) async fn sync(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        if self.is_due() {
            self.renew_or_sample(connection.clone()).await?;
        }
        self.check_groups(connection.clone()).await?;
        let changes = self.subscriptions.changes();
        match self.send_changes(connection, &changes).await {
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

    /// Redis does not report `SWAPDB`. Between two renewals this checks one membership, which finds a loss of all.
    async fn renew_or_sample(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        let is_renewed = self.renewed().elapsed() < self.renewal.tracked;
        let sample = self.subscriptions.any_acknowledged().and_then(|group| Some((self.members.name_of(&group)?, group)));
        if !is_renewed || !self.is_tracking.load(Ordering::Relaxed) {
            return self.renew(connection).await;
        }
        self.set_due(self.renewal.untracked);
        let Some((name, group)) = sample else { return Ok(()) };
        let key = group_key(&self.registry.config().prefix, &group);
        match redis::cmd("ZSCORE").arg(key).arg(&*name).query_async::<Option<f64>>(&mut connection).await {
            Ok(Some(_)) => Ok(()),
            Err(fault) if !is_refusal(&fault) => Err(fault.into()),
            Ok(None) | Err(_) => self.renew(connection).await,
        }
    }

    /// Sends every membership again. If that fails, the next connection starts with it.
    async fn renew(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.set_due(self.renewal.untracked);
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let renewal = self.subscriptions.renewal();
        let refusals = self.send_changes(connection, &renewal).await?;
        self.done(renewal, &refusals);
        Ok(())
    }

    fn done(&self, changes: Changes, refusals: &Refusals) {
        for group in self.subscriptions.done(changes, refusals, self.renewal.untracked) {
            self.members.forget(&group);
        }
    }

    /// Sends changes and returns the refusals. If Redis had lost a membership, all receivers get a gap.
    async fn send_changes(&self, mut connection: MultiplexedConnection, changes: &Changes) -> Result<Refusals, LinkFault> {
        let (mut refusals, mut lost) = (Refusals::new(), 0);
        let mut outcome = Ok(());
        for (batch, subscribe) in changes.batches() {
            outcome = self.send_batch(&mut connection, batch, subscribe, &mut refusals, &mut lost).await;
            if outcome.is_err() {
                break;
            }
        }
        if lost > 0 {
            log::warn!("Redis had lost {lost} membership(s) of this process; they were restored");
            self.registry.gap_for_all(GapReason::Disconnected);
        }
        outcome.map(|()| refusals)
    }

    async fn send_batch(
        &self,
        connection: &mut MultiplexedConnection,
        batch: &[Topic],
        subscribe: bool,
        refusals: &mut Refusals,
        lost: &mut usize,
    ) -> Result<(), LinkFault> {
        let mut pipe = redis::pipe();
        let sent: Vec<_> = batch.iter().filter(|group| self.put(&mut pipe, group, subscribe)).collect();
        if sent.is_empty() {
            return Ok(()); // a pipeline without commands gets no answer
        }
        let outcomes: Vec<RedisResult<usize>> = pipe.ignore_errors().query_async(connection).await?;
        for (group, outcome) in sent.into_iter().zip(outcomes) {
            match outcome {
                Ok(changed) => *lost += usize::from(subscribe && changed > 0 && self.subscriptions.is_acknowledged(group)),
                Err(fault) if is_refusal(&fault) => {
                    refusals.insert(Arc::clone(group), fault);
                }
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(())
    }

    /// Adds one command with an outcome. Returns `false` if none is needed, since Redis cannot know the group.
    fn put(&self, pipe: &mut redis::Pipeline, group: &str, subscribe: bool) -> bool {
        let config = self.registry.config();
        let key = group_key(&config.prefix, group);
        if subscribe {
            let name = self.members.refresh(group, config.clock.now());
            pipe.cmd("ZADD").arg(&key).arg(Stamp::of(config.clock.wall()).to_string()).arg(&*name);
            pipe.cmd("EXPIRE").arg(&key).arg(whole_seconds(config.group_expiry)).ignore();
            if self.is_tracking.load(Ordering::Relaxed) && self.watch(pipe, group) {
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
