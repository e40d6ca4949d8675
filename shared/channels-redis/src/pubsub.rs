//! The pubsub dialect: `channels_redis.pubsub.RedisPubSubChannelLayer`.

use std::{sync::Arc, time::Duration};

use channels::{
    ChannelLayer, ChannelName, ChannelOptions, GapReason, GroupName, LayerConfig, LayerError, LayerStats, LayerStatus, Message,
    Receipt, Receiver, Registry,
};
use futures_util::future::{BoxFuture, FutureExt};
use redis::{PushInfo, PushKind, Value, aio::MultiplexedConnection};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use crate::{
    RedisSettings,
    link::{Link, LinkFault, Task},
    subscriptions::{BATCH, Changes, Subscriptions, Watcher},
};

/// How long joining or leaving waits for Redis where it is away: longer than a restart takes, shorter than a person waits.
const JOIN_PATIENCE: Duration = Duration::from_secs(3);

/// A layer over Redis' PUBLISH and SUBSCRIBE, in the wire of `channels_redis`' pubsub layer.
///
/// Two connections for the process, however many channels and groups: one for commands, one that subscribes.
pub struct RedisPubSubLayer {
    registry: Arc<Registry>,
    subscriptions: Arc<Subscriptions>,
    commands: Arc<Link>,
    subscriber: Arc<Link>,
    group_stem: String,
    _stop: DropGuard,
}

impl RedisPubSubLayer {
    /// Begins to connect and returns at once; both connections are kept up by tasks on this runtime until the layer is dropped.
    ///
    /// # Panics
    /// Outside of a tokio runtime, and where the prefix is no valid name.
    pub fn connect(settings: RedisSettings, config: LayerConfig) -> Self {
        let stem = format!("{}specific.{}!", config.prefix, Uuid::new_v4().simple());
        let group_stem = format!("{}__group__", config.prefix);
        assert!(
            ChannelName::parse(&stem).is_ok(),
            "the prefix {:?} may have ASCII letters, digits, '-', '_' and '.'",
            config.prefix
        );

        let subscriptions = Arc::new(Subscriptions::default());
        let registry = Registry::new(config, stem.clone(), Watcher(Arc::clone(&subscriptions)));
        let stop = CancellationToken::new();
        let commands = Link::new("commands", settings.clone());
        let subscriber = Link::new("subscriber", settings);
        let reader = Reader {
            registry: Arc::clone(&registry),
            subscriptions: Arc::clone(&subscriptions),
            own_channels: format!("{stem}*"),
            group_stem: group_stem.clone(),
            commands: Arc::clone(&commands),
        };
        let writer = Writer { subscriber: Arc::clone(&subscriber) };
        tokio::spawn(Arc::clone(&commands).run(Arc::new(writer), stop.clone()));
        tokio::spawn(Arc::clone(&subscriber).run(Arc::new(reader), stop.clone()));
        Self { registry, subscriptions, commands, subscriber, group_stem, _stop: stop.drop_guard() }
    }

    /// How many subscribers it was handed to.
    async fn publish(&self, redis_channel: &str, message: &Message) -> Result<usize, LayerError> {
        let mut connection = self.commands.connection().map_err(LayerError::Unavailable)?;
        let publish = redis::cmd("PUBLISH").arg(redis_channel).arg(&message.encoded()[..]).take();
        publish.query_async(&mut connection).await.map_err(|fault| {
            self.commands.suspect();
            LayerError::Unavailable(fault.to_string())
        })
    }

    /// Waits until Redis has been told, or says that it was not. What the caller has done by then is for it to undo.
    fn told(&self) -> impl Future<Output = Result<(), LayerError>> + Send + use<> {
        let told = self.subscriptions.told();
        let subscriber = Arc::clone(&self.subscriber);
        async move {
            match tokio::time::timeout(JOIN_PATIENCE, told).await {
                Ok(Ok(())) => Ok(()),
                _ => Err(LayerError::Unavailable(match subscriber.status() {
                    LayerStatus::Down(why) => why,
                    LayerStatus::Up => format!("Redis did not confirm a subscription within {JOIN_PATIENCE:?}"),
                })),
            }
        }
    }
}

impl ChannelLayer for RedisPubSubLayer {
    fn new_channel(&self, options: ChannelOptions) -> Receiver {
        self.registry.open(&options)
    }

    fn send<'a>(&'a self, channel: &'a ChannelName, message: &'a Message) -> BoxFuture<'a, Result<(), LayerError>> {
        async move { self.publish(channel.as_str(), message).await.map(|_| ()) }.boxed()
    }

    fn group_add(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        let join = match self.registry.join(group, channel) {
            Ok(join) => join,
            Err(fault) => return futures_util::future::ready(Err(fault)).boxed(),
        };
        let (told, registry) = (self.told(), Arc::clone(&self.registry));
        let (group, channel) = (group.clone(), channel.clone());
        async move {
            let outcome = told.await;
            match outcome {
                Ok(()) => registry.confirm(&group, &channel),
                Err(_) => registry.undo(&group, &channel, join),
            }
            outcome
        }
        .boxed()
    }

    fn group_discard(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        self.registry.leave(group, channel);
        self.told().boxed()
    }

    fn group_send<'a>(&'a self, group: &'a GroupName, message: &'a Message) -> BoxFuture<'a, Result<Receipt, LayerError>> {
        async move {
            let reached = self.publish(&format!("{}{group}", self.group_stem), message).await?;
            Ok(Receipt { reached, dropped: 0 })
        }
        .boxed()
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        self.registry.flush();
        self.told().boxed()
    }

    fn status(&self) -> LayerStatus {
        match self.subscriber.status() {
            LayerStatus::Up => self.commands.status(),
            down => down,
        }
    }

    fn stats(&self) -> LayerStats {
        self.registry.stats()
    }
}

/// The connection for commands: nothing to set up, nothing arrives.
struct Writer {
    subscriber: Arc<Link>,
}

impl Task for Writer {
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

/// The connection that subscribes.
struct Reader {
    commands: Arc<Link>,
    registry: Arc<Registry>,
    subscriptions: Arc<Subscriptions>,
    own_channels: String,
    group_stem: String,
}

impl Task for Reader {
    fn push(&self, push: PushInfo) {
        let mut data = push.data.into_iter();
        let (channel, payload) = match push.kind {
            PushKind::Message => (data.next(), data.next()),
            PushKind::PMessage => (data.nth(1), data.next()),
            _ => return,
        };
        if let (Some(Value::BulkString(channel)), Some(Value::BulkString(payload))) = (channel, payload) {
            self.deliver(&String::from_utf8_lossy(&channel), payload);
        }
    }

    async fn ready(&self, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        connection.psubscribe(&self.own_channels).await?;
        self.subscriptions.forget_told();
        self.tell(connection).await
    }

    async fn wait(&self) {
        self.subscriptions.changed().await;
    }

    async fn work(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        self.tell(connection).await
    }

    fn up(&self, again: bool) {
        self.commands.hint();
        if again {
            self.registry.gap_for_all(GapReason::Disconnected);
        }
    }
}

impl Reader {
    fn deliver(&self, channel: &str, payload: Vec<u8>) {
        let size = payload.len();
        match Message::decode(payload.into()) {
            Err(fault) => self.registry.count_undecodable(channel, size, &fault),
            Ok(message) => match channel.strip_prefix(&self.group_stem) {
                Some(group) => {
                    self.registry.deliver_to_group(group, &message);
                }
                None => self.registry.deliver_late(channel, &message),
            },
        }
    }

    async fn tell(&self, connection: MultiplexedConnection) -> Result<(), LinkFault> {
        let changes = self.subscriptions.changes();
        match self.tell_redis(connection, &changes).await {
            Ok(()) => {
                self.subscriptions.done(changes);
                Ok(())
            }
            Err(fault) => {
                self.subscriptions.failed(changes);
                Err(fault)
            }
        }
    }

    async fn tell_redis(&self, mut connection: MultiplexedConnection, changes: &Changes) -> Result<(), LinkFault> {
        for batch in changes.unsubscribe.chunks(BATCH) {
            connection.unsubscribe(self.redis_channels(batch)).await?;
        }
        for batch in changes.subscribe.chunks(BATCH) {
            connection.subscribe(self.redis_channels(batch)).await?;
        }
        Ok(())
    }

    fn redis_channels(&self, groups: &[GroupName]) -> Vec<String> {
        groups.iter().map(|group| format!("{}{group}", self.group_stem)).collect()
    }
}
