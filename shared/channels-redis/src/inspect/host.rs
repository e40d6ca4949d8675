//! A connection for questions.

use std::{fmt, time::Duration};

use catamaran::Clock;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, Pipeline, Script, aio::MultiplexedConnection};
use tokio::time::timeout;

use super::{LookFault, names};
use crate::{
    RedisSettings,
    fault::LinkFault,
    rights::{check_core, check_pubsub},
    ring::host_of,
};

/// One Redis that answers questions.
#[derive(Clone)]
pub struct InspectedHost {
    address: String,
    database: i64,
    /// Which of how many.
    index: usize,
    hosts: usize,
    connection: MultiplexedConnection,
}

impl InspectedHost {
    pub(super) async fn connect(all: &[RedisSettings], index: usize) -> Result<Self, LookFault> {
        let settings = &all[index];
        let patience = settings.response_timeout;
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(patience)).set_response_timeout(Some(patience));
        let client = settings.client().await?;
        let info = client.get_connection_info();
        let (address, database) = (info.addr().to_string(), info.redis_settings().db());
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let connection = timeout(2 * patience, connecting).await.map_err(|_| LinkFault::Silent(2 * patience))??;
        let host = Self { address, database, index, hosts: all.len(), connection };
        // Only a courtesy to whoever reads CLIENT LIST: where it is forbidden there is no name.
        let _ = host.ask::<()>(redis::cmd("CLIENT").arg("SETNAME").arg("catamaran.inspector")).await;
        Ok(host)
    }

    /// The address that was connected to: of a master that Sentinels know, or of a Cluster's node, where it is now.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The number of the database that keys lie in. Publishing knows no databases.
    pub fn database(&self) -> i64 {
        self.database
    }

    /// How long each of so many PINGs takes, one after the other.
    ///
    /// # Errors
    /// [`LookFault`].
    pub async fn round_trips(&self, times: usize, clock: &Clock) -> Result<Vec<Duration>, LookFault> {
        let mut taken = Vec::with_capacity(times);
        for _ in 0..times {
            let start = clock.now();
            self.ask::<()>(&redis::cmd("PING")).await?;
            taken.push(clock.now().duration_since(start));
        }
        Ok(taken)
    }

    /// Can this connection be told of changed keys? The core dialect waits for general channels by it.
    ///
    /// # Errors
    /// [`LookFault`]: it cannot.
    pub async fn try_tracking(&self) -> Result<(), LookFault> {
        self.ask::<()>(redis::cmd("CLIENT").arg("TRACKING").arg("ON").arg("NOLOOP")).await?;
        self.ask(redis::cmd("CLIENT").arg("TRACKING").arg("OFF")).await
    }

    /// Do scripts run? The core dialect sends by them.
    ///
    /// # Errors
    /// [`LookFault`]: they do not.
    pub async fn try_script(&self) -> Result<(), LookFault> {
        let script = Script::new("return 1");
        let _: u8 = script.prepare_invoke().invoke_async(&mut self.connection.clone()).await?;
        Ok(())
    }

    /// May this user do what the core dialect does with `prefix`? The text says what is missing, as `ACL SETUSER` takes it.
    ///
    /// # Errors
    /// [`LookFault`]: something is missing.
    pub async fn try_core(&self, prefix: &str) -> Result<(), LookFault> {
        Ok(check_core(self.connection.clone(), prefix, &format!("{prefix}{}", names::nobody())).await?)
    }

    /// The same for the pubsub dialect, where this is no node of a Cluster.
    ///
    /// # Errors
    /// [`LookFault`]: something is missing.
    pub async fn try_pubsub(&self, prefix: &str) -> Result<(), LookFault> {
        Ok(check_pubsub(self.connection.clone(), prefix, &format!("{prefix}{}", names::nobody()), None).await?)
    }

    /// Is this the host where a name belongs?
    pub(super) fn is_home_of(&self, name: &str) -> bool {
        host_of(name, self.hosts) == self.index
    }

    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, LookFault> {
        Ok(command.query_async(&mut self.connection.clone()).await?)
    }

    pub(super) async fn ask_all<T: FromRedisValue>(&self, pipe: &Pipeline) -> Result<T, LookFault> {
        Ok(pipe.query_async(&mut self.connection.clone()).await?)
    }
}

impl fmt::Debug for InspectedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InspectedHost({})", self.address)
    }
}
