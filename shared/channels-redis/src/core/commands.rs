//! The connection for commands: what the layer sends, memberships, and general channels.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use redis::{Cmd, PushInfo, PushKind, aio::MultiplexedConnection};

use super::{fetcher::Fetcher, membership::Memberships, pending_receives::PendingReceives};
use crate::{fault::LinkFault, history::ServerProcess, link::Task, rights};

/// How often to poll general channels that a caller waits for: with CLIENT TRACKING, and without.
const POLL_WITH_TRACKING: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(50);

pub(super) struct Commands {
    pub(super) host: usize,
    pub(super) memberships: Arc<Memberships>,
    pub(super) fetcher: Fetcher,
    pub(super) pending: Arc<PendingReceives>,
    pub(super) prefix: String,
    pub(super) own_key: String,
    /// Whether Redis reports changed keys: of an empty channel that gets a message, and of a group that this process is a member of.
    pub(super) is_tracking: AtomicBool,
    /// The process of the server, if groups keep a history.
    pub(super) process: Option<Arc<ServerProcess>>,
}

impl Task for Commands {
    fn push(&self, push: PushInfo) {
        if push.kind == PushKind::Invalidate {
            self.memberships.on_invalidation(push.data.first());
            self.pending.wake(self.host);
        }
    }

    async fn ready(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        refuse_cluster(connection.clone()).await?;
        self.rights(connection.clone()).await?;
        if let Some(process) = &self.process {
            process.learn(connection.clone()).await?;
        }
        // Without NOLOOP, so that Redis also reports this process's own messages: it may wait for them itself.
        let tracking = redis::cmd("CLIENT").arg("TRACKING").arg("ON").arg("OPTIN").exec_async(&mut connection).await;
        self.is_tracking.store(tracking.is_ok(), Ordering::Relaxed);
        self.memberships.is_tracking.store(tracking.is_ok(), Ordering::Relaxed);
        self.memberships.begin(connection).await
    }

    async fn rights(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        rights::check_core(connection.clone(), &self.prefix, &self.own_key).await?;
        match self.process {
            Some(_) => rights::check_history(connection, &self.prefix, "").await,
            None => Ok(()),
        }
    }

    async fn wait(&self) {
        let every = if self.is_tracking.load(Ordering::Relaxed) { POLL_WITH_TRACKING } else { POLL };
        tokio::select! {
            () = self.memberships.changed() => {}
            () = self.pending.changed(self.host) => {}
            () = tokio::time::sleep_until(self.fetcher.next_poll(every)), if self.fetcher.is_wanted() => {}
        }
    }

    async fn work(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.memberships.sync(connection.clone()).await?;
        self.fetcher.serve(connection, self.is_tracking.load(Ordering::Relaxed)).await
    }

    fn write_probe(&self) -> Option<Cmd> {
        Some(rights::write_probe(&self.own_key))
    }

    fn up(&self, _: bool) {
        self.pending.wake(self.host); // messages may have been settled meanwhile, and callers may wait
    }
}

/// Refuses a Cluster. There a group and its members' channels are on different nodes, and a script may use keys of one slot only.
pub(super) async fn refuse_cluster(mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
    let info: redis::RedisResult<String> = redis::cmd("INFO").arg("cluster").query_async(&mut connection).await;
    match info {
        Ok(info) if info.contains("cluster_enabled:1") => {
            Err(LinkFault::Cluster("the core dialect cannot work there, the pubsub dialect can"))
        }
        _ => Ok(()), // a server that refuses INFO counts as no Cluster
    }
}
