//! The core dialect: `channels_redis.core.RedisChannelLayer`.

mod commands;
mod dead_members;
mod fetcher;
mod kept;
mod members;
mod membership;
mod pending_receives;
mod reader;
mod scripts;
mod sender;
mod stamp;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize},
    },
    time::Duration,
};

use catamaran::{
    ChannelLayer, ChannelName, ChannelOptions, GroupName, GroupWatcher, History, LayerConfig, LayerError, LayerStats,
    LayerStatus, Message, Position, Receipt, Receiver, Registry,
};
use futures_util::future::{BoxFuture, FutureExt, ready, try_join_all};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use self::{
    commands::Commands,
    fetcher::Fetcher,
    members::Members,
    membership::{Memberships, Renewal},
    pending_receives::PendingReceives,
    reader::{FIRST_BATCH, Reader},
    sender::{Host, Sender},
};
use crate::{
    RedisHosts, Unsuitable, Wire,
    check::check,
    codec::Codec,
    common::{joined, status_of, until_synced, valid_prefix},
    history::{self, Histories, ServerProcess},
    link::{Link, SECOND},
    ring::host_of,
    subscriptions::Subscriptions,
};

/// Random bytes before a payload make it unique in a sorted set (channels_redis 4.3.0, `core.py`).
const RANDOM_PREFIX: usize = 12;
/// How much older than the expiry `channels_redis` allows an encrypted message to be.
const ENCRYPTED_GRACE: Duration = Duration::from_secs(10);
/// How often every membership is renewed, since another client may delete it. More often if memberships expire sooner.
const RENEWAL: Duration = Duration::from_secs(60);
/// The same with CLIENT TRACKING.
const RENEWAL_WITH_TRACKING: Duration = Duration::from_secs(600);

/// Why there is no history then.
const SEVERAL_HOSTS: &str = "a group and its members are on several hosts, so no step can keep a message and send it to them; use one host, \
                             or the pubsub dialect";

/// A layer over Redis' sorted sets, in the wire format of `channels_redis`' core layer, which most Django projects use.
///
/// A process uses two connections for each host, however many channels and groups it has: one for commands, one that waits for messages.
/// It is one member of each group, however many of its channels are members.
pub struct RedisCoreLayer {
    registry: Arc<Registry>,
    members: Arc<Members>,
    pending: Arc<PendingReceives>,
    sender: Sender,
    _stop: DropGuard,
}

impl RedisCoreLayer {
    /// Starts to connect and returns at once. Tasks on this runtime keep the connections up until the layer is dropped.
    ///
    /// Each connection refuses a Redis Cluster, since a group and its members' channels are on different nodes there.
    ///
    /// # Panics
    /// Outside of a tokio runtime, and if the prefix is no valid name.
    pub fn connect(hosts: impl Into<RedisHosts>, wire: &Wire, config: LayerConfig) -> Self {
        let settings = hosts.into();
        let settings = settings.settings();
        let own_prefix = valid_prefix(&format!("specific.{}!", Uuid::new_v4().simple()));
        let own_key = valid_prefix(&format!("{}{own_prefix}", config.prefix));
        let codec = Arc::new(Codec::new(wire, RANDOM_PREFIX, Some(config.expiry + ENCRYPTED_GRACE)));
        let subscriptions: Vec<_> = settings.iter().map(|_| Arc::new(Subscriptions::default())).collect();
        let members = Arc::new(Members::new(&own_prefix));
        let pending = Arc::new(PendingReceives::new(settings.len()));
        let sooner = config.group_expiry / 4;
        let renewal = Renewal { tracked: RENEWAL_WITH_TRACKING.min(sooner), untracked: RENEWAL.min(sooner) };
        let impossible = (settings.len() > 1).then_some(SEVERAL_HOSTS);
        let keeps_history = !config.history.is_empty() && impossible.is_none();
        let registry = Registry::new(config, own_prefix, Watcher(subscriptions.clone()));
        let stop = CancellationToken::new();
        let memberships_of =
            |of: &Arc<Subscriptions>| Memberships::new(Arc::clone(&registry), Arc::clone(of), Arc::clone(&members), renewal);
        let memberships: Arc<[_]> = subscriptions.iter().map(|of| Arc::new(memberships_of(of))).collect();
        let start = |(index, subscriptions): (usize, Arc<Subscriptions>)| {
            let (commands, reader) = Link::pair("commands", "reader", &settings[index]);
            let process = keeps_history.then(Arc::<ServerProcess>::default);
            let task = Commands {
                host: index,
                memberships: Arc::clone(&memberships[index]),
                fetcher: Fetcher::new(index, Arc::clone(&registry), Arc::clone(&pending), Arc::clone(&codec)),
                pending: Arc::clone(&pending),
                prefix: registry.config().prefix.clone(),
                own_key: own_key.clone(),
                is_tracking: AtomicBool::new(false),
                process: process.clone(),
            };
            tokio::spawn(Arc::clone(&commands).run(Arc::new(task), stop.clone()));
            let task = Reader {
                key: own_key.clone(),
                registry: Arc::clone(&registry),
                members: Arc::clone(&members),
                codec: Arc::clone(&codec),
                commands: Arc::clone(&commands),
                memberships: Arc::clone(&memberships),
                last_sleep: Mutex::new(None),
                next: AtomicUsize::new(FIRST_BATCH),
                is_busy: AtomicBool::new(false),
                block: settings[index].idle_interval * SECOND,
                patience: settings[index].response_timeout,
            };
            tokio::spawn(Arc::clone(&reader).run(Arc::new(task), stop.clone()));
            let process = process.unwrap_or_default();
            let history = history::Host { commands: Arc::clone(&commands), process, tag: String::new() };
            (Host { commands, reader, subscriptions }, history)
        };
        let (hosts, histories) = subscriptions.into_iter().enumerate().map(start).unzip();
        let histories = Histories::new(registry.config().clone(), Arc::clone(&codec), histories, impossible);
        let sender = Sender::new(Arc::clone(&registry), codec, hosts, own_key, histories);
        Self { registry, members, pending, sender, _stop: stop.drop_guard() }
    }

    /// Checks that the hosts that answer can be used for this dialect.
    ///
    /// # Errors
    /// [`Unsuitable`] if one is a node of a Cluster.
    pub async fn check(hosts: &RedisHosts) -> Result<(), Unsuitable> {
        check(hosts, false).await
    }

    fn synced(&self, host: usize, joined: Option<&str>) -> impl Future<Output = Result<(), LayerError>> + Send + use<> {
        let Host { subscriptions, commands, .. } = &self.sender.hosts[host];
        until_synced(subscriptions, Arc::clone(commands), joined)
    }

    fn host_of(&self, group: &GroupName) -> usize {
        host_of(group.as_str(), self.sender.hosts.len())
    }
}

impl ChannelLayer for RedisCoreLayer {
    fn new_channel(&self, options: ChannelOptions) -> Receiver {
        self.registry.open(&options)
    }

    fn send<'a>(&'a self, channel: &'a ChannelName, message: &'a Message) -> BoxFuture<'a, Result<(), LayerError>> {
        self.sender.send(channel, message).boxed()
    }

    fn receive(&self, channel: &ChannelName) -> BoxFuture<'static, Result<Message, LayerError>> {
        match channel.is_general() {
            true => PendingReceives::receive(Arc::clone(&self.pending), channel.clone()).boxed(),
            false => ready(Err(LayerError::NotGeneral(channel.clone()))).boxed(),
        }
    }

    fn group_add(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        let join = match self.registry.join(group, channel) {
            Ok(join) => join,
            Err(fault) => return ready(Err(fault)).boxed(),
        };
        let host = self.host_of(group);
        if self.members.is_stale(group, self.registry.config().clock.now(), RENEWAL) {
            self.sender.hosts[host].subscriptions.resend(group.as_str());
        }
        let synced = self.synced(host, Some(group.as_str()));
        joined(Arc::clone(&self.registry), group.clone(), channel.clone(), join, synced).boxed()
    }

    fn group_discard(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        self.registry.leave(group, channel);
        self.synced(self.host_of(group), None).boxed()
    }

    fn group_send<'a>(&'a self, group: &'a GroupName, message: &'a Message) -> BoxFuture<'a, Result<Receipt, LayerError>> {
        self.sender.group_send(group, message).boxed()
    }

    fn history<'a>(&'a self, group: &'a GroupName, since: Option<Position>) -> BoxFuture<'a, Result<History, LayerError>> {
        self.sender.histories.history(self.host_of(group), group, since).boxed()
    }

    fn positions<'a>(&'a self, groups: &'a [GroupName]) -> BoxFuture<'a, Result<Vec<Option<Position>>, LayerError>> {
        self.sender.histories.positions(groups, |group| self.host_of(group)).boxed()
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        self.registry.flush();
        let synced = (0..self.sender.hosts.len()).map(|host| self.synced(host, None));
        async move {
            try_join_all(synced).await?;
            self.sender.forget_unread().await
        }
        .boxed()
    }

    fn status(&self) -> LayerStatus {
        status_of(self.sender.hosts.iter().flat_map(|host| [&host.reader, &host.commands]))
    }

    fn stats(&self) -> LayerStats {
        self.registry.stats()
    }
}

/// Forwards the registry's changes of groups, in their order.
struct Watcher(Vec<Arc<Subscriptions>>);

impl Watcher {
    fn want(&self, group: &GroupName, wanted: bool) {
        self.0[host_of(group.as_str(), self.0.len())].want(group.as_str(), wanted);
    }
}

impl GroupWatcher for Watcher {
    fn first_joined(&self, group: &GroupName) {
        self.want(group, true);
    }

    fn last_left(&self, group: &GroupName) {
        self.want(group, false);
    }
}
