//! Tells Redis of which groups this process is a member.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use channels::{GapReason, Registry};
use redis::{RedisResult, aio::MultiplexedConnection};
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

pub(super) struct Memberships {
    registry: Arc<Registry>,
    subscriptions: Arc<Subscriptions>,
    members: Arc<Members>,
    renewal: Duration,
    /// When to renew.
    due: Mutex<Instant>,
}

impl Memberships {
    pub(super) fn new(
        registry: Arc<Registry>,
        subscriptions: Arc<Subscriptions>,
        members: Arc<Members>,
        renewal: Duration,
    ) -> Self {
        Self { registry, subscriptions, members, renewal, due: Mutex::new(Instant::now() + renewal) }
    }

    /// Waits until there is something to tell.
    pub(super) async fn changed(&self) {
        let due = *self.due.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::select! {
            () = self.subscriptions.changed() => {}
            () = sleep_until(due) => {}
        }
    }

    /// Something has happened to Redis, and nobody knows what it still has.
    pub(super) fn renew_now(&self) {
        self.set_due(Duration::ZERO);
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
            self.renew(connection.clone()).await?;
        }
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

    /// Tells of every membership again. Where that fails, the next connection begins with it.
    async fn renew(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.set_due(self.renewal);
        let renewal = self.subscriptions.renewal();
        let refusals = self.tell_redis(connection, &renewal).await?;
        self.done(renewal, &refusals);
        Ok(())
    }

    fn done(&self, changes: Changes, refusals: &Refusals) {
        for group in self.subscriptions.done(changes, refusals, self.renewal) {
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
            return true;
        }
        let name = self.members.name_of(group);
        if let Some(name) = &name {
            pipe.cmd("ZREM").arg(&key).arg(&**name);
        }
        name.is_some()
    }

    fn is_due(&self) -> bool {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) <= Instant::now()
    }

    fn set_due(&self, after: Duration) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + after;
    }
}
