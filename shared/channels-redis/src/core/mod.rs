//! The core dialect: `channels_redis.core.RedisChannelLayer`.

mod commands;
mod general;
mod ghosts;
mod members;
mod membership;
mod reader;
mod scripts;
mod sender;
mod stamp;
mod taker;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize},
    },
    time::Duration,
};

use catamaran::{
    ChannelLayer, ChannelName, ChannelOptions, GroupName, GroupWatcher, LayerConfig, LayerError, LayerStats, LayerStatus,
    Message, Receipt, Receiver, Registry,
};
use futures_util::future::{BoxFuture, FutureExt, ready, try_join_all};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use self::{
    commands::Commands,
    general::Desks,
    members::Members,
    membership::{Memberships, Renewal},
    reader::{FIRST_BATCH, Reader},
    sender::{Host, Sender},
    taker::Taker,
};
use crate::{
    RedisHosts, Unsuitable, Wire,
    check::check,
    codec::Codec,
    deck::{joined, own_stem, status_of, until_told},
    link::{Link, SECOND},
    ring::host_of,
    subscriptions::Subscriptions,
};

/// Random bytes in front of a payload, which make it a member of its own in a sorted set (channels_redis 4.3.0, `core.py`).
const RANDOM_PREFIX: usize = 12;
/// What `channels_redis` allows an encrypted message to be older than the expiry when it is read.
const ENCRYPTED_GRACE: Duration = Duration::from_secs(10);
/// How often Redis is told of every membership again, in case somebody else has deleted it. More often where memberships end sooner.
const RENEWAL: Duration = Duration::from_secs(60);
/// The same where Redis tells of each change of a group.
const RENEWAL_WHERE_WATCHED: Duration = Duration::from_secs(600);

/// A layer over Redis' sorted sets, in the wire of `channels_redis`' core layer, which most Django projects run.
///
/// Two connections for the process and host, however many channels and groups: one for commands, one that waits for messages. In each
/// group the process is one member, however many of its channels are.
pub struct RedisCoreLayer {
    registry: Arc<Registry>,
    members: Arc<Members>,
    desks: Arc<Desks>,
    sender: Sender,
    _stop: DropGuard,
}

impl RedisCoreLayer {
    /// Begins to connect and returns at once; the connections are kept up by tasks on this runtime until the layer is dropped.
    ///
    /// A Redis Cluster is refused by each connection: there a group and its members' channels lie on different nodes.
    ///
    /// # Panics
    /// Outside of a tokio runtime, and where the prefix is no valid name.
    pub fn connect(hosts: impl Into<RedisHosts>, wire: &Wire, config: LayerConfig) -> Self {
        let settings = hosts.into();
        let settings = settings.settings();
        let stem = own_stem(&format!("specific.{}!", Uuid::new_v4().simple()));
        own_stem(&format!("{}{stem}", config.prefix));
        let codec = Arc::new(Codec::new(wire, RANDOM_PREFIX, Some(config.expiry + ENCRYPTED_GRACE)));
        let memberships: Vec<_> = settings.iter().map(|_| Arc::new(Subscriptions::default())).collect();
        let members = Arc::new(Members::new(&stem));
        let desks = Arc::new(Desks::new(settings.len()));
        let own_key = format!("{}{stem}", config.prefix);
        let sooner = config.group_expiry / 4;
        let renewal = Renewal { watched: RENEWAL_WHERE_WATCHED.min(sooner), unwatched: RENEWAL.min(sooner) };
        let registry = Registry::new(config, stem, Watcher(memberships.clone()));
        let stop = CancellationToken::new();
        let tell =
            |of: &Arc<Subscriptions>| Memberships::new(Arc::clone(&registry), Arc::clone(of), Arc::clone(&members), renewal);
        let told: Arc<[_]> = memberships.iter().map(|of| Arc::new(tell(of))).collect();
        let start = |(index, memberships): (usize, Arc<Subscriptions>)| {
            let (commands, reader) = Link::pair("commands", "reader", &settings[index]);
            let task = Commands {
                host: index,
                memberships: Arc::clone(&told[index]),
                taker: Taker::new(index, Arc::clone(&registry), Arc::clone(&desks), Arc::clone(&codec)),
                desks: Arc::clone(&desks),
                prefix: registry.config().prefix.clone(),
                own_key: own_key.clone(),
                is_told: AtomicBool::new(false),
            };
            tokio::spawn(Arc::clone(&commands).run(Arc::new(task), stop.clone()));
            let task = Reader {
                key: own_key.clone(),
                registry: Arc::clone(&registry),
                members: Arc::clone(&members),
                codec: Arc::clone(&codec),
                commands: Arc::clone(&commands),
                memberships: Arc::clone(&told),
                asleep: Mutex::new(None),
                next: AtomicUsize::new(FIRST_BATCH),
                is_busy: AtomicBool::new(false),
                block: settings[index].idle_interval * SECOND,
                patience: settings[index].response_timeout,
            };
            tokio::spawn(Arc::clone(&reader).run(Arc::new(task), stop.clone()));
            Host { commands, reader, memberships }
        };
        let hosts = memberships.into_iter().enumerate().map(start).collect();
        let sender = Sender::new(Arc::clone(&registry), codec, hosts, own_key);
        Self { registry, members, desks, sender, _stop: stop.drop_guard() }
    }

    /// Can the hosts that answer be used for this dialect?
    ///
    /// # Errors
    /// [`Unsuitable`]: one is a node of a Cluster.
    pub async fn check(hosts: &RedisHosts) -> Result<(), Unsuitable> {
        check(hosts, false).await
    }

    fn told(&self, host: usize, joined: Option<&str>) -> impl Future<Output = Result<(), LayerError>> + Send + use<> {
        let Host { memberships, commands, .. } = &self.sender.hosts[host];
        until_told(memberships, Arc::clone(commands), joined)
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
            true => Desks::receive(Arc::clone(&self.desks), channel.clone()).boxed(),
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
            self.sender.hosts[host].memberships.again(group.as_str());
        }
        let told = self.told(host, Some(group.as_str()));
        joined(Arc::clone(&self.registry), group.clone(), channel.clone(), join, told).boxed()
    }

    fn group_discard(&self, group: &GroupName, channel: &ChannelName) -> BoxFuture<'static, Result<(), LayerError>> {
        self.registry.leave(group, channel);
        self.told(self.host_of(group), None).boxed()
    }

    fn group_send<'a>(&'a self, group: &'a GroupName, message: &'a Message) -> BoxFuture<'a, Result<Receipt, LayerError>> {
        self.sender.group_send(group, message).boxed()
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        self.registry.flush();
        let told = (0..self.sender.hosts.len()).map(|host| self.told(host, None));
        async move {
            try_join_all(told).await?;
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

/// The registry tells what is wanted, in the order of the changes.
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
