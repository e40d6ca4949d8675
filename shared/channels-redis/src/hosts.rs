//! One Redis or several that share the names among them.

use crate::{
    RedisSettings, RedisTls,
    address::{Address, AddressError},
    locate::{Cluster, Sentinels},
    settings::Place,
    slots::tag_of,
};

/// More lanes than this would be more connections than a process should hold.
pub const MAX_LANES: usize = 64;

/// One Redis, or several over which the names are spread. All processes, Django's too, must name the same in the same order.
#[derive(Clone, Debug)]
pub struct RedisHosts {
    hosts: Vec<RedisSettings>,
    cluster: bool,
}

impl RedisHosts {
    /// A Redis for each of `urls`, as `hosts` of `channels_redis`. `tls`: see [`RedisSettings::new`].
    ///
    /// # Errors
    /// [`AddressError`], which never shows the address itself.
    pub fn new(urls: &[&str], tls: impl Into<RedisTls>) -> Result<Self, AddressError> {
        let tls = tls.into();
        let hosts = urls.iter().map(|url| RedisSettings::new(url, tls.clone())).collect::<Result<_, _>>()?;
        Self::of(hosts, false)
    }

    /// A Redis for each of `masters`, found by asking the Sentinels at `urls` at each attempt to connect, so that a failover is followed.
    /// User, password, database and TLS in the URLs are the masters'; the Sentinels are asked with `sentinel_password`, if there is one.
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

    /// A Redis Cluster of which some nodes are at `urls`. Names are spread over so many `lanes`, each with a slot (and so a node) of its
    /// own; all processes must agree on the number. For the pubsub dialect among peers of this kind: Django's layers know no Cluster.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn cluster(urls: &[&str], lanes: usize, tls: impl Into<RedisTls>) -> Result<Self, AddressError> {
        if !(1..=MAX_LANES).contains(&lanes) {
            return Err(AddressError::Lanes(lanes));
        }
        let nodes = each_over_tcp(urls, &tls.into())?;
        let seeds: Vec<_> = nodes.iter().map(|node| node.info.clone()).collect();
        let at = |lane| {
            let cluster = Cluster { seeds: seeds.clone(), tag: tag_of(lane, lanes) };
            RedisSettings::at(Place::Cluster(cluster), &nodes[0])
        };
        Self::of((0..lanes).map(at).collect(), true)
    }

    fn of(hosts: Vec<RedisSettings>, cluster: bool) -> Result<Self, AddressError> {
        if hosts.is_empty() { Err(AddressError::None) } else { Ok(Self { hosts, cluster }) }
    }

    /// The hosts, to be more or less patient with them.
    pub fn each(&mut self) -> &mut [RedisSettings] {
        &mut self.hosts
    }

    pub(crate) fn settings(&self) -> &[RedisSettings] {
        &self.hosts
    }

    /// The hash tag of each lane; `None` where this is no Cluster.
    pub(crate) fn lane_tags(&self) -> Option<Vec<String>> {
        self.cluster.then(|| (0..self.hosts.len()).map(|lane| tag_of(lane, self.hosts.len())).collect())
    }
}

/// At least one.
fn each_over_tcp(urls: &[&str], tls: &RedisTls) -> Result<Vec<Address>, AddressError> {
    let addresses = urls.iter().map(|url| Address::parse_tcp(url, tls)).collect::<Result<Vec<_>, _>>()?;
    if addresses.is_empty() { Err(AddressError::None) } else { Ok(addresses) }
}

impl From<RedisSettings> for RedisHosts {
    fn from(settings: RedisSettings) -> Self {
        Self { hosts: vec![settings], cluster: false }
    }
}
