//! The connection that waits for what others put under this process's key.

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

/// Messages in one answer, beside the first: at the most, to begin with, and so many that their bytes are not much more than this. A whole
/// answer has to arrive within the patience, or all of it is lost.
const BATCH: usize = 127;
pub(super) const FIRST_BATCH: usize = 16;
const BATCH_BYTES: usize = 1 << 20;
/// A message that waited for so long says that this process has been asleep, and was perhaps taken for dead.
const ASLEEP: Duration = Duration::from_secs(10);

pub(super) struct Reader {
    pub(super) key: String,
    pub(super) registry: Arc<Registry>,
    pub(super) members: Arc<Members>,
    pub(super) codec: Arc<Codec>,
    pub(super) commands: Arc<Link>,
    /// Of every host: what ends this process's reading concerns groups on the others too.
    pub(super) memberships: Arc<[Arc<Memberships>]>,
    /// When this process last found that it had been asleep.
    pub(super) asleep: Mutex<Option<Instant>>,
    /// How many messages to ask for next.
    pub(super) next: AtomicUsize,
    /// The last answer had a message: more may lie behind it.
    pub(super) is_busy: AtomicBool,
    /// How long Redis waits for a message before it says that there is none.
    pub(super) block: Duration,
    /// How long an answer may take, that wait not counted.
    pub(super) patience: Duration,
}

/// Key, payload and time of sending of the first; the same without the key of the others.
type Popped = (Option<(String, Vec<u8>, f64)>, Vec<(Vec<u8>, f64)>);

impl Task for Reader {
    fn push(&self, _: PushInfo) {}

    /// Takes nothing: may this be done here at all? A link that only learnt of it afterwards would be up and down, with a gap each time.
    async fn ready(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        refuse_cluster(connection.clone()).await?;
        self.rights(connection.clone()).await?;
        rights::check_taking(connection, &self.key).await
    }

    async fn rights(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        rights::check_core(connection, &self.registry.config().prefix, &self.key).await
    }

    async fn wait(&self) {}

    /// Where there was a message before, both commands at once: Redis carries the second out when the first has something, or has waited
    /// long enough. At rest the first alone. No backup is kept: the key is this process's alone and has no successor, and whoever loses
    /// an answer on the way is told of a gap.
    ///
    /// Nothing else is answered on this connection while Redis waits: that the server is silent is found by the other connection.
    async fn work(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        connection.set_response_timeout(self.block + self.patience);
        let (first, rest) = tokio::select! {
            popped = self.pop(&mut connection) => popped?,
            () = self.commands.silent() => return Err(LinkFault::Silent(self.patience)),
        };
        let popped: Vec<_> = first.into_iter().map(|(_, payload, sent)| (payload, sent)).chain(rest).collect();
        self.is_busy.store(!popped.is_empty(), Ordering::Relaxed);
        self.be_modest(&popped);
        self.take_note_of_age(&popped);
        let oldest = self.since(self.registry.config().expiry);
        for (payload, sent) in popped {
            match sent <= oldest {
                true => self.too_old(),
                false => self.deliver(payload.into()),
            }
        }
        Ok(())
    }

    /// A server that is no master any more refuses to pop.
    fn hears_by_working(&self) -> bool {
        true
    }

    fn up(&self, again: bool) {
        if again {
            self.registry.gap_for_all(GapReason::Disconnected);
            // The other connection may have slept through whatever ended this one: a failover and back, say.
            self.look();
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

    /// The next answer is to have as many messages as fit, going by the largest of these.
    fn be_modest(&self, popped: &[(Vec<u8>, f64)]) {
        if let Some(largest) = popped.iter().map(|(payload, _)| payload.len()).max() {
            self.next.store((BATCH_BYTES / largest.max(1)).min(BATCH), Ordering::Relaxed);
        }
    }

    /// Who has slept may have been taken for dead, and be a member no more.
    fn take_note_of_age(&self, popped: &[(Vec<u8>, f64)]) {
        let long_ago = self.since(ASLEEP);
        if popped.iter().any(|(_, sent)| *sent <= long_ago) {
            let (mut asleep, now) = (self.asleep.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
            if asleep.is_none_or(|last| now.duration_since(last) >= ASLEEP) {
                *asleep = Some(now);
                self.look();
            }
        }
    }

    /// Which memberships are left?
    fn look(&self) {
        for memberships in self.memberships.iter() {
            memberships.look_now();
        }
    }

    /// So long ago, as a time of sending.
    fn since(&self, ago: Duration) -> f64 {
        Stamp::of(self.registry.config().clock.wall()).before(ago).seconds()
    }

    fn too_old(&self) {
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
        let (recipients, bytes) = envelope::opened(bytes).map_err(|fault| fault.to_string())?;
        let Recipients::Channels(names) = recipients else { return Err("it does not say for which channel it is".to_owned()) };
        let message = Message::decode(bytes).map_err(|fault| match self.named(&names) {
            Some(whose) => format!("for {whose}: {fault}"),
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

    /// For the log: the group or channel of ours that a message was for. Other names are an outsider's words.
    fn named(&self, names: &[String]) -> Option<String> {
        let first = names.first()?;
        match self.members.group_of(first) {
            Some(group) => Some(format!("group {group}")),
            None => first.starts_with(self.key.trim_start_matches(&self.registry.config().prefix)).then(|| first.clone()),
        }
    }
}
