//! The connection that waits for what others put under this process's key.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use channels::{GapReason, Message, Registry};
use redis::{PushInfo, aio::MultiplexedConnection};

use super::{commands::refuse_cluster, members::Members, membership::Memberships, stamp::Stamp};
use crate::{
    codec::Codec,
    envelope::{self, Recipients},
    fault::LinkFault,
    link::{Link, Task},
};

/// Messages in one answer, beside the first.
const BATCH: usize = 127;

pub(super) struct Reader {
    pub(super) key: String,
    pub(super) registry: Arc<Registry>,
    pub(super) members: Arc<Members>,
    pub(super) codec: Arc<Codec>,
    pub(super) commands: Arc<Link>,
    pub(super) memberships: Arc<Memberships>,
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
    async fn ready(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        refuse_cluster(connection.clone()).await?;
        Ok(redis::cmd("ZPOPMIN").arg(&self.key).arg(0).exec_async(&mut connection).await?)
    }

    async fn wait(&self) {}

    /// Both commands at once: Redis carries the second out when the first has something, or has waited long enough. No backup is kept:
    /// the key is this process's alone and has no successor, and whoever loses an answer on the way is told of a gap.
    async fn work(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        connection.set_response_timeout(self.block + self.patience);
        let mut pipe = redis::pipe();
        pipe.cmd("BZPOPMIN").arg(&self.key).arg(self.block.as_secs_f64());
        pipe.cmd("ZPOPMIN").arg(&self.key).arg(BATCH);
        let (first, rest): Popped = pipe.query_async(&mut connection).await?;
        let oldest = Stamp::of(self.registry.config().clock.wall()).before(self.registry.config().expiry).seconds();
        let first = first.into_iter().map(|(_, payload, sent)| (payload, sent));
        for (payload, sent) in first.chain(rest) {
            match sent <= oldest {
                true => self.registry.count_expired(1),
                false => self.deliver(payload.into()),
            }
        }
        Ok(())
    }

    fn up(&self, again: bool) {
        self.commands.hint();
        if again {
            self.registry.gap_for_all(GapReason::Disconnected);
            // The other connection may have slept through whatever ended this one: a failover and back, say.
            self.memberships.renew_now();
        }
    }
}

impl Reader {
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
