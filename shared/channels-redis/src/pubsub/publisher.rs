//! The connection for commands. Redis pushes nothing over it.

use std::sync::Arc;

use redis::{PushInfo, aio::MultiplexedConnection};

use super::topics::Topics;
use crate::{fault::LinkFault, history::ServerProcess, link::Task};

pub(super) struct Publisher {
    pub(super) topics: Arc<Topics>,
    /// The index of the host.
    pub(super) host: usize,
    /// The process of the server, if groups keep a history.
    pub(super) process: Option<Arc<ServerProcess>>,
}

impl Task for Publisher {
    fn push(&self, _: PushInfo) {}

    async fn ready(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.rights(connection.clone()).await?;
        match &self.process {
            Some(process) => process.learn(connection).await,
            None => Ok(()),
        }
    }

    async fn rights(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.topics.check_rights(connection.clone(), self.host).await?;
        match &self.process {
            Some(_) => self.topics.check_history_rights(connection, self.host).await,
            None => Ok(()),
        }
    }

    async fn wait(&self) {
        std::future::pending().await
    }

    async fn work(&self, _: MultiplexedConnection) -> Result<(), LinkFault> {
        Ok(())
    }

    fn up(&self, _: bool) {}
}
