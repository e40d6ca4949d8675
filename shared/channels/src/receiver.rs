//! The reading end of a channel.

use std::{future::poll_fn, sync::Arc};

use crate::{ChannelName, Incoming, registry::Mailbox, registry::Registry};

/// Reads one channel. Dropping it is leaving: the channel is out of its groups and its name reaches nobody.
#[derive(Debug)]
pub struct Receiver {
    mailbox: Arc<Mailbox>,
    registry: Arc<Registry>,
}

impl Receiver {
    pub(crate) fn new(mailbox: Arc<Mailbox>, registry: Arc<Registry>) -> Self {
        Self { mailbox, registry }
    }

    /// The channel's name: valid in every process that shares the backend.
    pub fn name(&self) -> &ChannelName {
        self.mailbox.name()
    }

    /// Waits for the next message or gap.
    pub async fn recv(&mut self) -> Incoming {
        poll_fn(|cx| self.mailbox.queue().poll_pop(cx, self.registry.now())).await
    }

    /// The next message or gap, if one waits.
    pub fn try_recv(&mut self) -> Option<Incoming> {
        self.mailbox.queue().try_pop(self.registry.now())
    }

    /// A further name whose messages arrive here, with [`Target::Channel`](crate::Target::Channel) saying which: one receiver
    /// can serve many sockets, each with an address of its own. The address ends when it is dropped. It joins no group; the
    /// receiver's own channel does.
    pub fn address(&self) -> Address {
        self.addresses().open()
    }

    /// Opens addresses of this receiver's, for who does not hold the receiver itself.
    pub fn addresses(&self) -> Addresses {
        Addresses { mailbox: Arc::clone(&self.mailbox), registry: Arc::clone(&self.registry) }
    }
}

/// Opens addresses of a [`Receiver`]'s. Those opened after the receiver has gone reach nobody.
#[derive(Debug, Clone)]
pub struct Addresses {
    mailbox: Arc<Mailbox>,
    registry: Arc<Registry>,
}

impl Addresses {
    /// A new address.
    pub fn open(&self) -> Address {
        let name = self.registry.open_address(&self.mailbox);
        Address { name, registry: Arc::clone(&self.registry) }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.registry.close(&self.mailbox);
    }
}

/// A further name of a [`Receiver`]'s; dropping it ends it.
#[derive(Debug)]
pub struct Address {
    name: ChannelName,
    registry: Arc<Registry>,
}

impl Address {
    /// The name to send to.
    pub fn name(&self) -> &ChannelName {
        &self.name
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        self.registry.close_address(&self.name);
    }
}
