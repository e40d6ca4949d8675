//! A connection for other uses than a layer's. It connects when needed, and again after a fault.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use redis::{AsyncConnectionConfig, PushInfo, PushKind, RedisResult, aio::MultiplexedConnection, aio::SendError};
use tokio::{sync::Mutex, time::timeout};

use crate::{
    RedisHosts, RedisSettings,
    fault::{LinkFault, is_refusal},
    link::check,
    slots::tag_of,
};

/// Redis refused the command, or its answer did not arrive. The text names the server, but no password.
#[derive(Debug, thiserror::Error)]
#[error("Redis at {at}: {why}")]
pub struct ConnectorFault {
    at: String,
    why: String,
}

/// One connection to one Redis. It follows a failover and uses the addresses, TLS settings and timeouts of the hosts.
pub struct Connector {
    settings: RedisSettings,
    tag: String,
    connection: Mutex<Option<Live>>,
}

#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
    is_closed: Arc<AtomicBool>,
}

impl Connector {
    /// Connects to the first of these hosts; in a Cluster, to the node that owns the slot of [`tag`](Self::tag). Connects at the first use.
    pub fn new(hosts: &RedisHosts) -> Self {
        let tag = hosts.partition_tags().and_then(|tags| tags.into_iter().next()).unwrap_or_else(|| tag_of(0, 1));
        Self { settings: hosts.settings()[0].clone(), tag, connection: Mutex::default() }
    }

    /// The hash tag that each key must contain in braces, so that all keys are on this server.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Runs `work` with the connection. After a fault other than a refusal, the next call connects again. Nothing is retried.
    ///
    /// # Errors
    /// [`ConnectorFault`] if Redis is unavailable or refuses the command.
    pub async fn run<T, F: Future<Output = RedisResult<T>>>(
        &self,
        work: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Result<T, ConnectorFault> {
        let live = self.live().await.map_err(|fault| self.fault(&fault))?;
        let outcome = work(live.connection).await;
        outcome.map_err(|fault| {
            if !is_refusal(&fault) {
                live.is_closed.store(true, Ordering::Relaxed);
            }
            self.fault(&LinkFault::from(fault))
        })
    }

    /// Returns the open connection, or connects. One caller connects, and the others wait for it.
    async fn live(&self) -> Result<Live, LinkFault> {
        let mut connection = self.connection.lock().await;
        if let Some(live) = connection.as_ref().filter(|live| !live.is_closed.load(Ordering::Relaxed)) {
            return Ok(live.clone());
        }
        *connection = None;
        let live = self.connect().await?;
        *connection = Some(live.clone());
        Ok(live)
    }

    async fn connect(&self) -> Result<Live, LinkFault> {
        let is_closed = Arc::<AtomicBool>::default();
        let ended = Arc::clone(&is_closed);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.settings.connect_timeout))
            .set_response_timeout(Some(self.settings.response_timeout))
            .set_push_sender(move |push: PushInfo| {
                ended.fetch_or(push.kind == PushKind::Disconnection, Ordering::Relaxed);
                Ok::<(), SendError>(())
            });
        let client = self.settings.client().await?;
        let longest = self.settings.connect_timeout + self.settings.response_timeout;
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let connection = timeout(longest, connecting).await.map_err(|_| LinkFault::Silent(longest))??;
        check(connection.clone()).await?;
        Ok(Live { connection, is_closed })
    }

    fn fault(&self, fault: &LinkFault) -> ConnectorFault {
        ConnectorFault { at: self.settings.to_string(), why: fault.to_string() }
    }
}
