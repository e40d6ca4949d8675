//! The Redis servers of a layer.

use crate::{
    RedisSettings, RedisTls,
    address::{Address, AddressError},
    locate::{Cluster, Sentinels},
    settings::Place,
    slots::tag_of,
};

/// The largest number of partitions. Each needs two connections for each process.
pub const MAX_PARTITIONS: usize = 64;

/// One Redis, or several that names are spread over. All processes, Django's too, must list the same hosts in the same order.
#[derive(Clone, Debug)]
pub struct RedisHosts {
    hosts: Vec<RedisSettings>,
    cluster: bool,
}

impl RedisHosts {
    /// Uses one Redis for each of `urls`, like `hosts` of `channels_redis`. For `tls` see [`RedisSettings::new`].
    ///
    /// # Errors
    /// [`AddressError`], which never shows the address.
    pub fn new(urls: &[&str], tls: impl Into<RedisTls>) -> Result<Self, AddressError> {
        let tls = tls.into();
        let hosts = urls.iter().map(|url| RedisSettings::new(url, tls.clone())).collect::<Result<_, _>>()?;
        Self::of(hosts, false)
    }

    /// Uses one Redis for each of `masters`. The Sentinels at `urls` are asked at each attempt to connect, so a failover is followed. User,
    /// password, database and TLS in the URLs are for the masters. `sentinel_password` is for the Sentinels.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn behind_sentinels(
        urls: &[&str],
        masters: &[&str],
        sentinel_password: Option<&str>,
        tls: impl Into<RedisTls>,
    ) -> Result<Self, AddressError> {
        let nodes = each_over_tcp(urls, &tls.into())?;
        let first = &nodes[0];
        let sentinels: Vec<_> = nodes
            .iter()
            .map(|Address { info, .. }| {
                let plain = redis::RedisConnectionInfo::default();
                let settings = sentinel_password.map_or(plain.clone(), |password| plain.set_password(password));
                info.clone().set_redis_settings(settings)
            })
            .collect();
        let at = |master: &&str| {
            let sentinels =
                Sentinels { sentinels: sentinels.clone(), master_name: (*master).to_owned(), node: first.info.clone() };
            RedisSettings::at(Place::Sentinels(sentinels), first)
        };
        Self::of(masters.iter().map(at).collect(), false)
    }

    /// Uses a Redis Cluster. `urls` name some of its nodes. Names are spread over `partitions`, each with its own slot and therefore a node.
    /// All processes must use the same number. For the pubsub dialect among Catamaran processes: Django's layers support no Cluster.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn cluster(urls: &[&str], partitions: usize, tls: impl Into<RedisTls>) -> Result<Self, AddressError> {
        if !(1..=MAX_PARTITIONS).contains(&partitions) {
            return Err(AddressError::Partitions(partitions));
        }
        let nodes = each_over_tcp(urls, &tls.into())?;
        let seeds: Vec<_> = nodes.iter().map(|node| node.info.clone()).collect();
        let at = |partition| {
            let cluster = Cluster { seeds: seeds.clone(), tag: tag_of(partition, partitions) };
            RedisSettings::at(Place::Cluster(cluster), &nodes[0])
        };
        Self::of((0..partitions).map(at).collect(), true)
    }

    fn of(hosts: Vec<RedisSettings>, cluster: bool) -> Result<Self, AddressError> {
        if hosts.is_empty() { Err(AddressError::None) } else { Ok(Self { hosts, cluster }) }
    }

    /// Returns the settings of each host, to change its timeouts.
    pub fn each(&mut self) -> &mut [RedisSettings] {
        &mut self.hosts
    }

    pub(crate) fn settings(&self) -> &[RedisSettings] {
        &self.hosts
    }

    /// Returns the hash tag of each partition; `None` unless this is a Cluster.
    pub(crate) fn partition_tags(&self) -> Option<Vec<String>> {
        self.cluster.then(|| (0..self.hosts.len()).map(|partition| tag_of(partition, self.hosts.len())).collect())
    }
}

/// Parses addresses with host and port. At least one is required.
fn each_over_tcp(urls: &[&str], tls: &RedisTls) -> Result<Vec<Address>, AddressError> {
    let addresses = urls.iter().map(|url| Address::parse_tcp(url, tls)).collect::<Result<Vec<_>, _>>()?;
    if addresses.is_empty() { Err(AddressError::None) } else { Ok(addresses) }
}

impl From<RedisSettings> for RedisHosts {
    fn from(settings: RedisSettings) -> Self {
        Self { hosts: vec![settings], cluster: false }
    }
}
