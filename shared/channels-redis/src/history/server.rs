//! The process of a Redis server. After a restart or a failover another one answers, which may lack messages.

use std::sync::{Arc, PoisonError, RwLock};

use redis::aio::MultiplexedConnection;

use crate::fault::LinkFault;

/// The id that a Redis process gives itself at its start (`run_id`).
#[derive(Debug)]
pub(crate) struct ServerProcess(RwLock<Arc<str>>);

impl Default for ServerProcess {
    fn default() -> Self {
        Self(RwLock::new("unknown".into()))
    }
}

impl ServerProcess {
    /// Returns the id.
    pub(crate) fn id(&self) -> Arc<str> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Queries the id of the server at the other end of a new connection, before the connection is used.
    pub(crate) async fn learn(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        let info: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await?;
        let id = info.lines().find_map(|line| line.strip_prefix("run_id:")).unwrap_or("unknown").trim();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = id.into();
        Ok(())
    }
}
