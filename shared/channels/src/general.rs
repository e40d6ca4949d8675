//! General channels within one process: names that many readers share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Notify;

use crate::{
    ChannelName, Delivery, Incoming, LayerConfig, LayerError, Message, Target,
    queue::{Bounds, Full, Queue},
};

/// From this number of names on, channels without readers and messages are removed before a new one is added.
const SWEEP_FROM: usize = 1_024;

/// The general channels of one process. For authors of layers.
#[derive(Debug)]
pub struct GeneralChannels {
    config: LayerConfig,
    channels: Mutex<HashMap<ChannelName, Arc<Shared>>>,
}

#[derive(Debug)]
struct Shared {
    queue: Queue,
    arrived: Notify,
}

impl GeneralChannels {
    /// Makes a set without channels.
    pub fn new(config: LayerConfig) -> Self {
        Self { config, channels: Mutex::default() }
    }

    /// Queues `message` for the next reader of `channel`, until the expiry.
    ///
    /// # Errors
    /// [`LayerError::Full`] if the channel is at its capacity.
    pub fn deliver(&self, channel: &ChannelName, message: &Message) -> Result<(), LayerError> {
        let shared = self.shared(channel);
        let delivery = Delivery { to: Target::Channel(channel.clone()), message: message.clone() };
        match shared.queue.push(delivery, self.config.clock.now()) {
            Ok(()) => {
                shared.arrived.notify_one();
                Ok(())
            }
            Err(Full) => Err(LayerError::Full { channel: channel.clone(), capacity: shared.queue.capacity() }),
        }
    }

    /// Waits for the next message in `channel`. Cancelling it consumes no message.
    pub fn receive(&self, channel: &ChannelName) -> impl Future<Output = Message> + Send + use<> {
        let (shared, clock) = (self.shared(channel), self.config.clock.clone());
        async move {
            loop {
                let arrived = shared.arrived.notified();
                if let Some(Incoming::Delivery(delivery)) = shared.queue.try_pop(clock.now()) {
                    return delivery.message;
                }
                arrived.await;
            }
        }
    }

    /// Removes every unread message.
    pub fn flush(&self) {
        for shared in self.lock().values() {
            shared.queue.clear();
        }
    }

    fn shared(&self, channel: &ChannelName) -> Arc<Shared> {
        let mut channels = self.lock();
        if let Some(shared) = channels.get(channel) {
            return Arc::clone(shared);
        }
        if channels.len() >= SWEEP_FROM {
            let now = self.config.clock.now();
            channels.retain(|_, shared| Arc::strong_count(shared) > 1 || !shared.queue.is_empty(now));
        }
        let bounds =
            Bounds { messages: self.config.capacity_of(channel), bytes: self.config.capacity_bytes, expiry: self.config.expiry };
        let shared = Arc::new(Shared { queue: Queue::new(bounds), arrived: Notify::new() });
        channels.insert(channel.clone(), Arc::clone(&shared));
        shared
    }

    // A panic elsewhere cannot break the map: every change to it is a single step.
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ChannelName, Arc<Shared>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
