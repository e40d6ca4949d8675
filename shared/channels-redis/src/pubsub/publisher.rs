//! The connection for commands. Redis pushes nothing over it.

use std::sync::Arc;

use redis::{PushInfo, aio::MultiplexedConnection};

use super::topics::Topics;
use crate::{fault::LinkFault, link::Task};

pub(super) struct Publisher {
    pub(super) topics: Arc<Topics>,
    /// The index of the host.
    pub(super) host: usize,
}

impl Task for Publisher {
    fn push(&self, _: PushInfo) {}

    async fn ready(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.rights(connection).await
    }

    async fn rights(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.topics.check_rights(connection, self.host).await
    }

    async fn wait(&self) {
        std::future::pending().await
    }

    async fn work(&self, _: MultiplexedConnection) -> Result<(), LinkFault> {
        Ok(())
    }

    fn up(&self, _: bool) {}
}
