//! The connection with the subscriptions.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use catamaran::{ChannelName, GapReason, GeneralChannels, Message, Registry};
use redis::{PushInfo, PushKind, RedisResult, Value, aio::MultiplexedConnection};

use super::topics::{Arrived, Topics};
use crate::{
    codec::Codec,
    envelope::{self, Recipients},
    fault::{LinkFault, is_refusal},
    link::{Link, Task},
    rights,
    subscriptions::{Changes, Refusals, Subscriptions},
};

/// The longest time until a refused subscription is retried.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

pub(super) struct Subscriber {
    pub(super) registry: Arc<Registry>,
    pub(super) general: Arc<GeneralChannels>,
    pub(super) subscriptions: Arc<Subscriptions>,
    pub(super) topics: Arc<Topics>,
    pub(super) codec: Arc<Codec>,
    pub(super) link: Arc<Link>,
    /// The index of the host.
    pub(super) host: usize,
}

impl Task for Subscriber {
    fn push(&self, push: PushInfo) {
        let mut data = push.data.into_iter();
        let (topic, payload) = match push.kind {
            PushKind::Message | PushKind::SMessage => (data.next(), data.next()),
            PushKind::PMessage => (data.nth(1), data.next()),
            PushKind::SUnsubscribe => return self.unsubscribed(data.next()),
            _ => return,
        };
        if let (Some(Value::BulkString(topic)), Some(Value::BulkString(payload))) = (topic, payload) {
            self.deliver(&String::from_utf8_lossy(&topic), payload.into());
        }
    }

    async fn ready(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.rights(connection.clone()).await?;
        if !self.topics.is_cluster() {
            // On each host, since senders take the host from our channel's name.
            let pattern = connection.psubscribe(format!("{}*", self.topics.own_prefix)).await;
            self.own_channels(pattern)?;
        }
        self.subscriptions.forget_acknowledged();
        self.sync(connection).await
    }

    async fn rights(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.topics.check_rights(connection, self.host).await
    }

    async fn wait(&self) {
        self.subscriptions.changed().await;
    }

    async fn work(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.sync(connection).await
    }

    fn up(&self, again: bool) {
        if again {
            self.registry.gap_for_all(GapReason::Disconnected);
        }
    }
}

impl Subscriber {
    /// Redis compares a pattern with the user's patterns letter for letter. `&asgi*`, which is enough for channels, allows no other pattern.
    /// Then each channel is subscribed to by its name, as in Django's layer.
    fn own_channels(&self, pattern: RedisResult<()>) -> Result<(), LinkFault> {
        match pattern {
            Ok(()) => self.topics.one_by_one[self.host].store(false, Ordering::Relaxed),
            Err(fault) if rights::is_forbidden(&fault) => {
                if !self.topics.one_by_one[self.host].swap(true, Ordering::Relaxed) {
                    log::info!(
                        "Redis allows no PSUBSCRIBE: each channel is subscribed to by its name (allchannels would save that)"
                    );
                }
            }
            Err(fault) => return Err(fault.into()),
        }
        self.subscriptions.want_own(&self.topics.own_prefix, self.own_names());
        Ok(())
    }

    /// Returns the names of this process's channels that are subscribed to by name.
    fn own_names(&self) -> Vec<String> {
        let is_here = |name: &ChannelName| {
            let topic = self.topics.of_channel(name);
            topic.host == self.host && self.topics.is_one_by_one(self.host)
        };
        self.registry.channels().iter().filter(|name| is_here(name)).map(|name| name.as_str().to_owned()).collect()
    }

    fn deliver(&self, topic: &str, payload: Bytes) {
        let size = payload.len();
        if let Err(fault) = self.try_deliver(topic, payload) {
            self.registry.count_undecodable(topic, size, &fault);
        }
    }

    fn try_deliver(&self, topic: &str, payload: Bytes) -> Result<(), String> {
        let bytes = self.codec.open(payload, self.registry.config().clock.wall()).map_err(|fault| fault.to_string())?;
        match self.topics.read(topic) {
            Arrived::Group(group) => {
                self.registry.deliver_to_group(group, &message(bytes)?);
            }
            Arrived::Own(channel) => self.registry.deliver_late(channel, &message(bytes)?),
            Arrived::AnyOwn => {
                let (recipients, bytes) = envelope::split_recipients(bytes).map_err(|fault| fault.to_string())?;
                let Recipients::Channels(names) = recipients else { return Err("it names no channel".to_owned()) };
                let message = message(bytes)?;
                for name in names {
                    self.registry.deliver_late(&name, &message);
                }
            }
            Arrived::General(name) => {
                let name = ChannelName::parse(name).map_err(|fault| fault.to_string())?;
                if self.general.deliver(&name, &message(bytes)?).is_err() {
                    self.registry.count_refused(name.as_str(), 1);
                }
            }
        }
        Ok(())
    }

    /// A node of a Cluster ends the subscriptions of a slot that moves to another node.
    fn unsubscribed(&self, topic: Option<Value>) {
        if let Some(Value::BulkString(topic)) = topic
            && self.subscriptions.is_acknowledged(&String::from_utf8_lossy(&topic))
        {
            self.link.abandon();
        }
    }

    async fn sync(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        let changes = self.subscriptions.changes();
        match self.send_changes(connection, &changes).await {
            Ok(refusals) => {
                self.subscriptions.done(changes, &refusals, LONGEST_WAIT);
                Ok(())
            }
            Err(fault) => {
                self.subscriptions.failed(changes);
                Err(fault)
            }
        }
    }

    /// Sends changes and returns the refusals. Each topic has its own command, since Redis refuses a command as a whole.
    async fn send_changes(&self, mut connection: MultiplexedConnection, changes: &Changes) -> Result<Refusals, LinkFault> {
        let mut refusals = Refusals::new();
        for (batch, subscribe) in changes.batches() {
            let mut pipe = redis::pipe();
            for topic in batch {
                pipe.cmd(self.verb(subscribe)).arg(&**topic);
            }
            let outcomes: Vec<RedisResult<Value>> = pipe.ignore_errors().query_async(&mut connection).await?;
            for (topic, outcome) in batch.iter().zip(outcomes) {
                match outcome {
                    Err(fault) if is_refusal(&fault) && !self.is_vital(topic) => {
                        refusals.insert(Arc::clone(topic), fault);
                    }
                    outcome => drop(outcome?),
                }
            }
        }
        Ok(refusals)
    }

    fn verb(&self, subscribe: bool) -> &'static str {
        match (self.topics.is_cluster(), subscribe) {
            (false, true) => "SUBSCRIBE",
            (false, false) => "UNSUBSCRIBE",
            (true, true) => "SSUBSCRIBE",
            (true, false) => "SUNSUBSCRIBE",
        }
    }

    /// In a Cluster the topic of the process's own channels is needed, like the pattern elsewhere.
    fn is_vital(&self, topic: &str) -> bool {
        self.topics.is_cluster() && *topic == *self.topics.of_own_channels().name
    }
}

fn message(bytes: Bytes) -> Result<Message, String> {
    Message::decode(bytes).map_err(|fault| fault.to_string())
}
