//! Receivers and addresses of channels.

use std::{future::poll_fn, sync::Arc};

use crate::{ChannelName, Incoming, registry::Mailbox, registry::Registry};

/// Reads one channel. When it is dropped, the channel leaves its groups and its name reaches no receiver.
#[derive(Debug)]
pub struct Receiver {
    mailbox: Arc<Mailbox>,
    registry: Arc<Registry>,
}

impl Receiver {
    pub(crate) fn new(mailbox: Arc<Mailbox>, registry: Arc<Registry>) -> Self {
        Self { mailbox, registry }
    }

    /// The channel's name. It is valid in every process that shares the backend.
    pub fn name(&self) -> &ChannelName {
        self.mailbox.name()
    }

    /// Waits for the next message or gap.
    pub async fn recv(&mut self) -> Incoming {
        poll_fn(|cx| self.mailbox.queue().poll_pop(cx, self.registry.now())).await
    }

    /// Returns the next message or gap, if one waits.
    pub fn try_recv(&mut self) -> Option<Incoming> {
        self.mailbox.queue().try_pop(self.registry.now())
    }

    /// Makes a further name whose messages arrive here. [`Target::Channel`](crate::Target::Channel) names the address, so one
    /// receiver can serve many sockets. The address ends when it is dropped. It cannot join a group; the receiver's own channel can.
    pub fn address(&self) -> Address {
        self.addresses().open()
    }

    /// Returns a value that makes addresses of this receiver without borrowing it.
    pub fn addresses(&self) -> Addresses {
        Addresses { mailbox: Arc::clone(&self.mailbox), registry: Arc::clone(&self.registry) }
    }
}

/// Makes addresses of a [`Receiver`]. Addresses made after the receiver has been dropped reach no receiver.
#[derive(Debug, Clone)]
pub struct Addresses {
    mailbox: Arc<Mailbox>,
    registry: Arc<Registry>,
}

impl Addresses {
    /// Makes an address.
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

/// A further name of a [`Receiver`]. It ends when it is dropped.
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
