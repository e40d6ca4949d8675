//! Tells Redis of which groups this process is a member.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use channels::{GapReason, LogGate, Registry};
use redis::aio::MultiplexedConnection;
use tokio::time::{Instant, sleep_until};

use super::{
    members::Members,
    sender::{group_key, whole_seconds},
    stamp::Stamp,
};
use crate::{
    link::{LinkFault, is_refusal},
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
            Ok(_) => {
                for group in &changes.unsubscribe {
                    self.members.forget(group);
                }
                self.subscriptions.done(changes);
            }
            Err(LinkFault::Redis(fault)) if is_refusal(&fault) => {
                self.subscriptions.refused(changes, &fault.to_string());
                self.set_due(RETRY);
                refused(&fault);
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
        match self.tell_redis(connection, &all).await {
            Ok(0) => {}
            Ok(lost) => {
                log::warn!("{lost} membership(s) of this process were not in Redis any more: entered again");
                self.registry.gap_for_all(GapReason::Disconnected);
            }
            Err(LinkFault::Redis(fault)) if is_refusal(&fault) => {
                self.set_due(RETRY);
                refused(&fault);
            }
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    /// How many of those to be subscribed Redis did not know.
    async fn tell_redis(&self, mut connection: MultiplexedConnection, changes: &Changes) -> Result<usize, LinkFault> {
        let config = self.registry.config();
        let mut new = 0;
        for (batch, subscribe) in changes.batches() {
            let mut pipe = redis::pipe();
            for group in batch {
                let key = group_key(&config.prefix, group);
                if subscribe {
                    let name = self.members.tell(group, config.clock.now());
                    pipe.cmd("ZADD").arg(&key).arg(Stamp::of(config.clock.wall()).to_string()).arg(&*name);
                    pipe.cmd("EXPIRE").arg(&key).arg(whole_seconds(config.group_expiry)).ignore();
                } else if let Some(name) = self.members.name_of(group) {
                    pipe.cmd("ZREM").arg(&key).arg(&*name).ignore();
                }
            }
            let added: Vec<usize> = pipe.query_async(&mut connection).await?;
            new += added.into_iter().sum::<usize>();
        }
        Ok(new)
    }

    fn is_due(&self) -> bool {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) <= Instant::now()
    }

    fn set_due(&self, after: Duration) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + after;
    }
}

fn refused(fault: &redis::RedisError) {
    static GATE: LogGate = LogGate::new();
    if let Some(more) = GATE.pass() {
        log::error!("Redis refuses memberships: {fault}; trying again{more}");
    }
}
