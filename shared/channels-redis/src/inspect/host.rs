//! A connection for inspections.

use std::{fmt, time::Duration};

use catamaran::Clock;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, Pipeline, Script, aio::MultiplexedConnection};
use tokio::time::timeout;

use super::{InspectFault, names};
use crate::{
    RedisSettings,
    fault::LinkFault,
    rights::{check_core, check_pubsub},
    ring::host_of,
};

/// One Redis to inspect.
#[derive(Clone)]
pub struct InspectedHost {
    address: String,
    database: i64,
    /// The index among the hosts.
    index: usize,
    hosts: usize,
    connection: MultiplexedConnection,
}

impl InspectedHost {
    pub(super) async fn connect(all: &[RedisSettings], index: usize) -> Result<Self, InspectFault> {
        let settings = &all[index];
        let patience = settings.response_timeout;
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(patience)).set_response_timeout(Some(patience));
        let client = settings.client().await?;
        let info = client.get_connection_info();
        let (address, database) = (info.addr().to_string(), info.redis_settings().db());
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let connection = timeout(2 * patience, connecting).await.map_err(|_| LinkFault::Silent(2 * patience))??;
        let host = Self { address, database, index, hosts: all.len(), connection };
        // The name is only a help for readers of CLIENT LIST. An ACL may forbid it.
        let _ = host.ask::<()>(redis::cmd("CLIENT").arg("SETNAME").arg("catamaran.inspector")).await;
        Ok(host)
    }

    /// The server's address. For Sentinels or a Cluster, the address of the server that is responsible now.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The number of the database that holds the keys. Publishing ignores databases.
    pub fn database(&self) -> i64 {
        self.database
    }

    /// Returns the duration of each of `times` PINGs, one after the other.
    ///
    /// # Errors
    /// [`InspectFault`] if Redis does not answer or refuses.
    pub async fn round_trips(&self, times: usize, clock: &Clock) -> Result<Vec<Duration>, InspectFault> {
        let mut taken = Vec::with_capacity(times);
        for _ in 0..times {
            let start = clock.now();
            self.ask::<()>(&redis::cmd("PING")).await?;
            taken.push(clock.now().duration_since(start));
        }
        Ok(taken)
    }

    /// Checks that Redis can report changed keys to this connection. The core dialect uses this for general channels.
    ///
    /// # Errors
    /// [`InspectFault`] if it cannot.
    pub async fn try_tracking(&self) -> Result<(), InspectFault> {
        self.ask::<()>(redis::cmd("CLIENT").arg("TRACKING").arg("ON").arg("NOLOOP")).await?;
        self.ask(redis::cmd("CLIENT").arg("TRACKING").arg("OFF")).await
    }

    /// Checks that scripts run. The core dialect sends with them.
    ///
    /// # Errors
    /// [`InspectFault`] if they do not.
    pub async fn try_script(&self) -> Result<(), InspectFault> {
        let script = Script::new("return 1");
        let _: u8 = script.prepare_invoke().invoke_async(&mut self.connection.clone()).await?;
        Ok(())
    }

    /// Checks that the user has the rights for the core dialect with `prefix`. The error names the missing ones as `ACL SETUSER` takes them.
    ///
    /// # Errors
    /// [`InspectFault`] if a right is missing.
    pub async fn try_core(&self, prefix: &str) -> Result<(), InspectFault> {
        Ok(check_core(self.connection.clone(), prefix, &format!("{prefix}{}", names::unused_process())).await?)
    }

    /// Like [`try_core`](Self::try_core), for the pubsub dialect outside of a Cluster.
    ///
    /// # Errors
    /// [`InspectFault`] if a right is missing.
    pub async fn try_pubsub(&self, prefix: &str) -> Result<(), InspectFault> {
        Ok(check_pubsub(self.connection.clone(), prefix, &format!("{prefix}{}", names::unused_process()), None).await?)
    }

    /// Returns whether `name` belongs on this host.
    pub(super) fn is_home_of(&self, name: &str) -> bool {
        host_of(name, self.hosts) == self.index
    }

    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, InspectFault> {
        Ok(command.query_async(&mut self.connection.clone()).await?)
    }

    pub(super) async fn ask_all<T: FromRedisValue>(&self, pipe: &Pipeline) -> Result<T, InspectFault> {
        Ok(pipe.query_async(&mut self.connection.clone()).await?)
    }
}

impl fmt::Debug for InspectedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InspectedHost({})", self.address)
    }
}
