//! Tells Redis of which groups this process is a member.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use channels::{GapReason, LogGate, Registry};
use redis::{RedisError, RedisResult, aio::MultiplexedConnection};
use tokio::time::{Instant, sleep_until};

use super::{
    members::Members,
    sender::{group_key, whole_seconds},
    stamp::Stamp,
};
use crate::{
    fault::{LinkFault, in_words, is_refusal},
    subscriptions::{Changes, Subscriptions},
};

/// What Redis refused is tried again after so long.
const RETRY: Duration = Duration::from_secs(1);

pub(super) struct Memberships {
    registry: Arc<Registry>,
    subscriptions: Arc<Subscriptions>,
    members: Arc<Members>,
    renewal: Duration,
    /// When to do something unasked: renew, or try again.
    due: Mutex<Instant>,
}

/// What Redis says to what it was told.
#[derive(Default)]
struct Answer {
    /// How many of those to be subscribed it did not know.
    new: usize,
    refusal: Option<RedisError>,
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
            Ok(Answer { refusal: None, .. }) => {
                for group in &changes.unsubscribe {
                    self.members.forget(group);
                }
                self.subscriptions.done(changes);
            }
            Ok(Answer { refusal: Some(fault), .. }) => {
                self.subscriptions.refused(changes, &in_words(&fault));
                self.refused(&fault);
            }
            Err(fault) => {
                self.subscriptions.failed(changes);
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Tells of every membership again. One that Redis had lost may have missed something.
    async fn renew(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.set_due(self.renewal);
        let all = Changes::to_subscribe(self.subscriptions.all_told());
        let Answer { new: lost, refusal } = self.tell_redis(connection, &all).await?;
        if lost > 0 {
            log::warn!("{lost} membership(s) of this process were not in Redis any more: entered again");
            self.registry.gap_for_all(GapReason::Disconnected);
        }
        if let Some(fault) = refusal {
            self.refused(&fault);
        }
        Ok(())
    }

    async fn tell_redis(&self, mut connection: MultiplexedConnection, changes: &Changes) -> Result<Answer, LinkFault> {
        let config = self.registry.config();
        let mut answer = Answer::default();
        for (batch, subscribe) in changes.batches() {
            let mut pipe = redis::pipe();
            for group in batch {
                let key = group_key(&config.prefix, group);
                if subscribe {
                    let name = self.members.tell(group, config.clock.now());
                    pipe.cmd("ZADD").arg(&key).arg(Stamp::of(config.clock.wall()).to_string()).arg(&*name);
                    pipe.cmd("EXPIRE").arg(&key).arg(whole_seconds(config.group_expiry)).ignore();
                } else if let Some(name) = self.members.name_of(group) {
                    pipe.cmd("ZREM").arg(&key).arg(&*name);
                }
            }
            let outcomes: Vec<RedisResult<usize>> = pipe.ignore_errors().query_async(&mut connection).await?;
            for outcome in outcomes {
                match outcome {
                    Ok(changed) => answer.new += if subscribe { changed } else { 0 },
                    Err(fault) if is_refusal(&fault) => answer.refusal = Some(fault),
                    Err(fault) => return Err(fault.into()),
                }
            }
        }
        Ok(answer)
    }

    fn refused(&self, fault: &RedisError) {
        static GATE: LogGate = LogGate::new();
        self.set_due(RETRY);
        if let Some(more) = GATE.pass() {
            log::error!("Redis refuses memberships: {}; trying again{more}", in_words(fault));
        }
    }

    fn is_due(&self) -> bool {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) <= Instant::now()
    }

    fn set_due(&self, after: Duration) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + after;
    }
}
