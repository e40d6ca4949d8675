//! The pubsub dialect: `channels_redis.pubsub.RedisPubSubChannelLayer`.

mod publisher;
mod subscriber;
mod topics;

use std::sync::Arc;

use catamaran::{
    ChannelLayer, ChannelName, ChannelOptions, GeneralChannels, GroupName, GroupWatcher, History, LayerConfig, LayerError,
    LayerStats, LayerStatus, Message, Position, Receipt, Receiver, Registry,
};
use futures_util::future::{BoxFuture, FutureExt, ready, try_join_all};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use self::{
    publisher::Publisher,
    subscriber::Subscriber,
    topics::{Topic, Topics},
};
use crate::{
    RedisHosts, RedisSettings, Unsuitable, Wire,
    check::check,
    codec::Codec,
    common::{status_of, until_synced, valid_prefix},
    envelope,
    fault::error_text,
    history::{self, Histories, ServerProcess},
    link::Link,
    subscriptions::Subscriptions,
};

/// A layer over Redis' PUBLISH and SUBSCRIBE, in the wire format of `channels_redis`' pubsub layer.
///
/// A process uses two connections for each host, however many channels and groups it has: one for commands, one that subscribes.
pub struct RedisPubSubLayer {
    registry: Arc<Registry>,
    general: Arc<GeneralChannels>,
    topics: Arc<Topics>,
    codec: Arc<Codec>,
    hosts: Vec<Host>,
    histories: Histories,
    stop: DropGuard,
}

struct Host {
    commands: Arc<Link>,
    subscriber: Arc<Link>,
    subscriptions: Arc<Subscriptions>,
}

impl RedisPubSubLayer {
    /// Starts to connect and returns at once. Tasks on this runtime keep the connections up until the layer is dropped.
    ///
    /// # Panics
    /// Outside of a tokio runtime, and if the prefix is no valid name.
    pub fn connect(hosts: impl Into<RedisHosts>, wire: &Wire, config: LayerConfig) -> Self {
        let hosts = hosts.into();
        let own_prefix = valid_prefix(&format!("{}specific.{}!", config.prefix, Uuid::new_v4().simple()));
        let topics = Topics::new(&config.prefix, own_prefix.clone(), hosts.settings().len(), hosts.partition_tags());
        let topics = Arc::new(topics);
        let codec = Arc::new(Codec::new(wire, 0, None));
        let subscriptions: Vec<_> = hosts.settings().iter().map(|_| Arc::new(Subscriptions::default())).collect();
        if topics.is_cluster() {
            // Before the tasks start: a link must not count as up without this subscription.
            let own = topics.of_own_channels();
            subscriptions[own.host].want(&own.name, true);
        }
        let general = Arc::new(GeneralChannels::new(config.clone()));
        let watcher = Watcher { subscriptions: subscriptions.clone(), topics: Arc::clone(&topics) };
        let keeps_history = !config.history.is_empty();
        let registry = Registry::new(config, own_prefix, watcher);
        let stop = CancellationToken::new();
        let start = |(host, (settings, subscriptions)): (usize, (&RedisSettings, Arc<Subscriptions>))| {
            let (commands, link) = Link::pair("commands", "subscriber", settings);
            let subscriber = Subscriber {
                registry: Arc::clone(&registry),
                general: Arc::clone(&general),
                subscriptions: Arc::clone(&subscriptions),
                topics: Arc::clone(&topics),
                codec: Arc::clone(&codec),
                link: Arc::clone(&link),
                host,
            };
            let process = keeps_history.then(Arc::<ServerProcess>::default);
            let publisher = Publisher { topics: Arc::clone(&topics), host, process: process.clone() };
            tokio::spawn(Arc::clone(&commands).run(Arc::new(publisher), stop.clone()));
            tokio::spawn(Arc::clone(&link).run(Arc::new(subscriber), stop.clone()));
            let history =
                history::Host { commands: Arc::clone(&commands), process: process.unwrap_or_default(), tag: topics.tag(host) };
            (Host { commands, subscriber: link, subscriptions }, history)
        };
        let (hosts, histories) = hosts.settings().iter().zip(subscriptions).enumerate().map(start).unzip();
        let histories = Histories::new(registry.config().clone(), Arc::clone(&codec), histories, None);
        Self { registry, general, topics, codec, hosts, histories, stop: stop.drop_guard() }
    }

    /// Checks that the hosts that answer are nodes of a Cluster with sharded pub/sub. Other Redis servers need no check.
    ///
    /// # Errors
    /// [`Unsuitable`] if one is no node of a Cluster, or older than Redis 7.
    pub async fn check_cluster(hosts: &RedisHosts) -> Result<(), Unsuitable> {
        check(hosts, true).await
    }

    /// Publishes a message. Returns the number of subscribers that got it.
    async fn publish(&self, topic: &Topic, message: &[u8]) -> Result<usize, LayerError> {
        let payload = self
            .codec
            .seal(message, self.registry.config().clock.wall())
            .map_err(|fault| LayerError::Unsendable(fault.to_string()))?;
        let commands = &self.hosts[topic.host].commands;
        let mut connection = commands.connection().map_err(LayerError::Unavailable)?;
        self.wait_for_own_channels().await;
        let publish = redis::cmd(self.topics.publish_verb()).arg(&topic.name).arg(payload).take();
        publish.query_async(&mut connection).await.map_err(|fault| {
            commands.report_fault(&fault);
            LayerError::Unavailable(error_text(&fault))
        })
    }

    /// Waits for subscriptions by name. A message may carry an own channel's name, so Redis must know the name before it is published.
    async fn wait_for_own_channels(&self) {
        for host in (0..self.hosts.len()).filter(|host| self.topics.is_one_by_one(*host)) {
            let _ = self.synced(host, None).await; // an unavailable host gets the subscriptions when it is back
        }
    }

    fn synced(&self, host: usize, joined: Option<&str>) -> impl Future<Output = Result<(), LayerError>> + Send + use<> {
        let Host { subscriptions, subscriber, .. } = &self.hosts[host];
        until_synced(subscriptions, Arc::clone(subscriber), joined)
    }
}

impl ChannelLayer for RedisPubSubLayer {
    fn new_channel(&self, options: ChannelOptions) -> Receiver {
        self.registry.open(&options)
    }

    fn send<'a>(&'a self, channel: &'a ChannelName, message: &'a Message) -> BoxFuture<'a, Result<(), LayerError>> {
        async move {
            let topic = self.topics.of_channel(channel);
            let is_addressed = self.topics.is_cluster() && !channel.is_general();
            match is_addressed {
                true => self.publish(&topic, &envelope::with_recipient(message.encoded(), channel.as_str())).await?,
                false => self.publish(&topic, message.encoded()).await?,
            };
            Ok(())
        }
        .boxed()
    }

    fn receive(&self, channel: &ChannelName) -> BoxFuture<'static, Result<Message, LayerError>> {
        if !channel.is_general() {
            return ready(Err(LayerError::NotGeneral(channel.clone()))).boxed();
        }
        // Subscribed for as long as the process lives, so that no message is missed between two calls.
        let topic = self.topics.of_channel(channel);
        self.hosts[topic.host].subscriptions.want(&topic.name, true);
        let message = self.stop.token().clone().run_until_cancelled_owned(self.general.receive(channel));
        message.map(|message| message.ok_or_else(|| LayerError::Unavailable("the layer is closed".to_owned()))).boxed()
    }

    fn group_add(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        let join = match self.registry.join(group, channel) {
            Ok(join) => join,
            Err(fault) => return ready(Err(fault)).boxed(),
        };
        let topic = self.topics.of_group(group);
        let synced = self.synced(topic.host, Some(&topic.name));
        crate::common::joined(Arc::clone(&self.registry), group.clone(), channel.clone(), join, synced).boxed()
    }

    fn group_discard(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        self.registry.leave(group, channel);
        self.synced(self.topics.of_group(group).host, None).boxed()
    }

    fn group_send<'a>(&'a self, group: &'a GroupName, message: &'a Message) -> BoxFuture<'a, Result<Receipt, LayerError>> {
        async move {
            let topic = self.topics.of_group(group);
            match self.histories.limits_of(group) {
                None => Ok(Receipt::new(self.publish(&topic, message.encoded()).await?, 0)),
                Some(limits) => {
                    self.wait_for_own_channels().await;
                    let to = (self.topics.publish_verb(), topic.name.as_str());
                    let (position, reached) = self.histories.publish(topic.host, to, (group, limits), message).await?;
                    Ok(Receipt::new(reached, 0).at(position))
                }
            }
        }
        .boxed()
    }

    fn history<'a>(&'a self, group: &'a GroupName, since: Option<Position>) -> BoxFuture<'a, Result<History, LayerError>> {
        self.histories.history(self.topics.of_group(group).host, group, since).boxed()
    }

    fn positions<'a>(&'a self, groups: &'a [GroupName]) -> BoxFuture<'a, Result<Vec<Option<Position>>, LayerError>> {
        self.histories.positions(groups, |group| self.topics.of_group(group).host).boxed()
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        self.registry.flush();
        self.general.flush();
        let synced = (0..self.hosts.len()).map(|host| self.synced(host, None));
        try_join_all(synced).map(|synced| synced.map(|_| ())).boxed()
    }

    fn status(&self) -> LayerStatus {
        status_of(self.hosts.iter().flat_map(|host| [&host.subscriber, &host.commands]))
    }

    fn stats(&self) -> LayerStats {
        self.registry.stats()
    }
}

/// Forwards the registry's changes of groups and channels, in their order.
struct Watcher {
    subscriptions: Vec<Arc<Subscriptions>>,
    topics: Arc<Topics>,
}

impl Watcher {
    fn want(&self, group: &GroupName, wanted: bool) {
        let topic = self.topics.of_group(group);
        self.subscriptions[topic.host].want(&topic.name, wanted);
    }
}

impl Watcher {
    fn want_own(&self, channel: &ChannelName, wanted: bool) {
        if self.topics.one_by_one.iter().any(|host| host.load(std::sync::atomic::Ordering::Relaxed)) {
            let topic = self.topics.of_channel(channel);
            // A closed channel is unsubscribed even if a pattern has been allowed again.
            if !wanted || self.topics.is_one_by_one(topic.host) {
                self.subscriptions[topic.host].want(&topic.name, wanted);
            }
        }
    }
}

impl GroupWatcher for Watcher {
    fn first_joined(&self, group: &GroupName) {
        self.want(group, true);
    }

    fn last_left(&self, group: &GroupName) {
        self.want(group, false);
    }

    fn opened(&self, channel: &ChannelName) {
        self.want_own(channel, true);
    }

    fn closed(&self, channel: &ChannelName) {
        self.want_own(channel, false);
    }
}
