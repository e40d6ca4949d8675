//! The connection for commands: nothing arrives.

use redis::{PushInfo, aio::MultiplexedConnection};

use crate::{fault::LinkFault, link::Task, rights};

pub(super) struct Publisher {
    pub(super) prefix: String,
    /// In a Cluster: the hash tag of this lane.
    pub(super) tag: Option<String>,
}

impl Task for Publisher {
    fn push(&self, _: PushInfo) {}

    async fn ready(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        rights::check_publishing(connection, &self.prefix, self.tag.as_deref()).await
    }

    async fn wait(&self) {
        std::future::pending().await
    }

    async fn work(&self, _: MultiplexedConnection) -> Result<(), LinkFault> {
        Ok(())
    }

    fn up(&self, _: bool) {}
}
