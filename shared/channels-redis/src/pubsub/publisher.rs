//! The connection for commands: nothing to set up, nothing arrives.

use std::sync::Arc;

use redis::{PushInfo, aio::MultiplexedConnection};

use crate::{
    fault::LinkFault,
    link::{Link, Task},
};

pub(super) struct Publisher {
    pub(super) subscriber: Arc<Link>,
}

impl Task for Publisher {
    fn push(&self, _: PushInfo) {}

    async fn ready(&self, _: MultiplexedConnection) -> Result<(), LinkFault> {
        Ok(())
    }

    async fn wait(&self) {
        std::future::pending().await
    }

    async fn work(&self, _: MultiplexedConnection) -> Result<(), LinkFault> {
        Ok(())
    }

    fn up(&self, _: bool) {
        self.subscriber.hint();
    }
}
