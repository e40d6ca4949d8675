//! The connection that waits for messages under this process's key.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use catamaran::{GapReason, LogThrottle, Message, Registry};
use redis::{PushInfo, RedisResult, aio::MultiplexedConnection};

use super::{commands::refuse_cluster, members::Members, membership::Memberships, stamp::Stamp};
use crate::{
    codec::Codec,
    envelope::{self, Recipients},
    fault::LinkFault,
    link::{Link, Task},
    rights,
};

/// The number of messages in one answer after the first one: the limit, the start value, and a limit of their bytes. A whole answer must
/// arrive within the time limit, or all its messages are lost.
const BATCH: usize = 127;
pub(super) const FIRST_BATCH: usize = 16;
const BATCH_BYTES: usize = 1 << 20;
/// A message that waited for this long shows that this process was frozen, and may have been removed as dead.
const ASLEEP: Duration = Duration::from_secs(10);

pub(super) struct Reader {
    pub(super) key: String,
    pub(super) registry: Arc<Registry>,
    pub(super) members: Arc<Members>,
    pub(super) codec: Arc<Codec>,
    pub(super) commands: Arc<Link>,
    /// The memberships of every host: a frozen process may have lost groups on all of them.
    pub(super) memberships: Arc<[Arc<Memberships>]>,
    /// When this process last noticed that it had been frozen.
    pub(super) last_sleep: Mutex<Option<Instant>>,
    /// The number of messages to ask for next.
    pub(super) next: AtomicUsize,
    /// Whether the last answer had a message, so that more may follow.
    pub(super) is_busy: AtomicBool,
    /// How long Redis waits for a message.
    pub(super) block: Duration,
    /// The time limit of an answer, without that wait.
    pub(super) patience: Duration,
}

/// Key, payload and time of sending of the first message; payload and time of the others.
type Popped = (Option<(String, Vec<u8>, f64)>, Vec<(Vec<u8>, f64)>);

impl Task for Reader {
    fn push(&self, _: PushInfo) {}

    /// Checks that reading is possible. Without it, a link that may not read would be up and down, with a gap each time.
    async fn ready(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        refuse_cluster(connection.clone()).await?;
        self.rights(connection.clone()).await?;
        rights::check_pop(connection, &self.key).await
    }

    async fn rights(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        rights::check_core(connection, &self.registry.config().prefix, &self.key).await
    }

    async fn wait(&self) {}

    /// If the last answer had a message, sends both commands at once: Redis runs the second when the first has a message or its wait ends.
    /// Otherwise it sends only the first. No backup is kept: no other process reads this key, and a lost answer leads to a gap.
    ///
    /// This connection gets no other answer while Redis waits, so the other connection detects a silent server.
    async fn work(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        connection.set_response_timeout(self.block + self.patience);
        let (first, rest) = tokio::select! {
            popped = self.pop(&mut connection) => popped?,
            () = self.commands.silent() => return Err(LinkFault::Silent(self.patience)),
        };
        let popped: Vec<_> = first.into_iter().map(|(_, payload, sent)| (payload, sent)).chain(rest).collect();
        self.is_busy.store(!popped.is_empty(), Ordering::Relaxed);
        self.adapt_batch(&popped);
        self.detect_sleep(&popped);
        let oldest = self.since(self.registry.config().expiry);
        for (payload, sent) in popped {
            match sent <= oldest {
                true => self.drop_expired(),
                false => self.deliver(payload.into()),
            }
        }
        Ok(())
    }

    /// A server that is no longer the master refuses to pop.
    fn work_shows_liveness(&self) -> bool {
        true
    }

    fn up(&self, again: bool) {
        if again {
            self.registry.gap_for_all(GapReason::Disconnected);
            // The other connection may have missed the reason, for example a failover and back.
            self.check_memberships();
        }
    }
}

impl Reader {
    async fn pop(&self, connection: &mut MultiplexedConnection) -> RedisResult<Popped> {
        let mut pipe = redis::pipe();
        pipe.cmd("BZPOPMIN").arg(&self.key).arg(self.block.as_secs_f64());
        if !self.is_busy.load(Ordering::Relaxed) {
            return pipe.query_async(connection).await.map(|(first,)| (first, Vec::new()));
        }
        pipe.cmd("ZPOPMIN").arg(&self.key).arg(self.next.load(Ordering::Relaxed));
        pipe.query_async(connection).await
    }

    /// Sets the size of the next answer by the largest message of this one.
    fn adapt_batch(&self, popped: &[(Vec<u8>, f64)]) {
        if let Some(largest) = popped.iter().map(|(payload, _)| payload.len()).max() {
            self.next.store((BATCH_BYTES / largest.max(1)).min(BATCH), Ordering::Relaxed);
        }
    }

    /// Checks the memberships after the process was frozen, since it may have been removed as dead.
    fn detect_sleep(&self, popped: &[(Vec<u8>, f64)]) {
        let long_ago = self.since(ASLEEP);
        if popped.iter().any(|(_, sent)| *sent <= long_ago) {
            let (mut last_sleep, now) = (self.last_sleep.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
            if last_sleep.is_none_or(|last| now.duration_since(last) >= ASLEEP) {
                *last_sleep = Some(now);
                self.check_memberships();
            }
        }
    }

    /// Checks the memberships on all hosts.
    fn check_memberships(&self) {
        for memberships in self.memberships.iter() {
            memberships.check_now();
        }
    }

    /// Returns the time of sending that is `ago` in the past.
    fn since(&self, ago: Duration) -> f64 {
        Stamp::of(self.registry.config().clock.wall()).before(ago).seconds()
    }

    fn drop_expired(&self) {
        static THROTTLE: LogThrottle = LogThrottle::new();
        self.registry.count_expired(1);
        if let Some(more) = THROTTLE.pass() {
            let expiry = self.registry.config().expiry;
            log::warn!(
                "a message was sent more than {expiry:?} ago and is not delivered: compare the clocks of the machines{more}"
            );
        }
    }

    fn deliver(&self, payload: Bytes) {
        let size = payload.len();
        if let Err(fault) = self.try_deliver(payload) {
            self.registry.count_undecodable(&self.key, size, &fault);
        }
    }

    fn try_deliver(&self, payload: Bytes) -> Result<(), String> {
        let now = self.registry.config().clock.wall();
        let bytes = self.codec.open(payload, now).map_err(|fault| fault.to_string())?;
        let (recipients, bytes) = envelope::split_recipients(bytes).map_err(|fault| fault.to_string())?;
        let Recipients::Channels(names) = recipients else { return Err("it names no channel".to_owned()) };
        let message = Message::decode(bytes).map_err(|fault| match self.target_of(&names) {
            Some(target) => format!("for {target}: {fault}"),
            None => fault.to_string(),
        })?;
        for name in names {
            match self.members.group_of(&name) {
                Some(group) => {
                    self.registry.deliver_to_group(&group, &message);
                }
                None => self.registry.deliver_late(&name, &message),
            }
        }
        Ok(())
    }

    /// Returns our group or channel that a message was for, for the log. Other names are not logged, since outsiders choose them.
    fn target_of(&self, names: &[String]) -> Option<String> {
        let first = names.first()?;
        match self.members.group_of(first) {
            Some(group) => Some(format!("group {group}")),
            None => first.starts_with(self.key.trim_start_matches(&self.registry.config().prefix)).then(|| first.clone()),
        }
    }
}
