//! The connection for commands: what the layer sends, memberships, and general channels.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use redis::{Cmd, PushInfo, PushKind, aio::MultiplexedConnection};

use super::{general::Desks, membership::Memberships, taker::Taker};
use crate::{fault::LinkFault, link::Task, rights};

/// How often to look for something new in general channels that somebody waits for: where Redis tells of it, and where it does not.
const LOOK_WHERE_TOLD: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(50);

pub(super) struct Commands {
    pub(super) host: usize,
    pub(super) memberships: Arc<Memberships>,
    pub(super) taker: Taker,
    pub(super) desks: Arc<Desks>,
    pub(super) prefix: String,
    pub(super) own_key: String,
    /// Redis tells of changed keys: of a channel that was found empty and is so no more, of a group that this process is a member of.
    pub(super) is_told: AtomicBool,
}

impl Task for Commands {
    fn push(&self, push: PushInfo) {
        if push.kind == PushKind::Invalidate {
            self.memberships.changed_in_redis(push.data.first());
            self.desks.wake(self.host);
        }
    }

    async fn ready(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        refuse_cluster(connection.clone()).await?;
        self.rights(connection.clone()).await?;
        // Also of what this process sends itself (no NOLOOP): it may be the one that waits for it.
        let tracking = redis::cmd("CLIENT").arg("TRACKING").arg("ON").arg("OPTIN").exec_async(&mut connection).await;
        self.is_told.store(tracking.is_ok(), Ordering::Relaxed);
        self.memberships.is_watched.store(tracking.is_ok(), Ordering::Relaxed);
        self.memberships.begin(connection).await
    }

    async fn rights(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        rights::check_core(connection, &self.prefix, &self.own_key).await
    }

    async fn wait(&self) {
        let look = if self.is_told.load(Ordering::Relaxed) { LOOK_WHERE_TOLD } else { LOOK };
        tokio::select! {
            () = self.memberships.changed() => {}
            () = self.desks.changed(self.host) => {}
            () = tokio::time::sleep_until(self.taker.next_look(look)), if self.taker.is_wanted() => {}
        }
    }

    async fn work(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.memberships.tell(connection.clone()).await?;
        self.taker.serve(connection, self.is_told.load(Ordering::Relaxed)).await
    }

    fn trial(&self) -> Option<Cmd> {
        Some(rights::put_nothing(&self.own_key))
    }

    fn up(&self, _: bool) {
        self.desks.wake(self.host); // what was settled meanwhile, and what is waited for
    }
}

/// In a Cluster a group and the channels of its members lie on different nodes, and a script may touch those of one slot alone.
pub(super) async fn refuse_cluster(mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
    let info: redis::RedisResult<String> = redis::cmd("INFO").arg("cluster").query_async(&mut connection).await;
    match info {
        Ok(info) if info.contains("cluster_enabled:1") => {
            Err(LinkFault::Cluster("the core dialect cannot work there, the pubsub dialect can"))
        }
        _ => Ok(()), // a server that will not tell is no Cluster that we know of
    }
}
