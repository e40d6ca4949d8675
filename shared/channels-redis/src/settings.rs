//! Where one Redis is, and how patient to be with it.

use std::{fmt, time::Duration};

use redis::{Client, ConnectionInfo};

use crate::{
    RedisTls,
    address::{Address, AddressError},
    fault::LinkFault,
    locate::{Cluster, Sentinels},
};

/// Where one Redis is, and how patient to be with it.
#[derive(Clone)]
pub struct RedisSettings {
    pub(crate) place: Place,
    /// How often a connection that is in use is asked whether its server still lives and is a master. 2 s.
    pub ping_interval: Duration,
    /// The same where nothing was sent and nothing heard. Of the two connections to a host one is asked so often, the other one a
    /// quarter as often. 15 s; `health_check_interval` in the address.
    pub idle_interval: Duration,
    /// How long an answer may take; a connection that is silent twice in a row is given up. 2 s; `socket_timeout` in the address.
    pub response_timeout: Duration,
    /// How long connecting may take. 2 s; `socket_connect_timeout` in the address.
    pub connect_timeout: Duration,
    /// The longest wait between two attempts to connect; they begin at 50 ms and double, with jitter. 2 s.
    pub max_backoff: Duration,
}

/// How the server is found, at each attempt to connect anew.
#[derive(Clone)]
pub(crate) enum Place {
    Address(ConnectionInfo),
    Sentinels(Sentinels),
    Cluster(Cluster),
}

impl RedisSettings {
    /// Reads `url` as redis-py's `from_url` does. `tls` is for `rediss://`; `true` accepts any certificate.
    ///
    /// # Errors
    /// [`AddressError`], which never shows the address itself: it may hold a password.
    pub fn new(url: &str, tls: impl Into<RedisTls>) -> Result<Self, AddressError> {
        let address = Address::parse(url, &tls.into())?;
        Ok(Self::at(Place::Address(address.info.clone()), &address))
    }

    /// The server at `place`, with the patience that `address` asks for.
    pub(crate) fn at(place: Place, address: &Address) -> Self {
        Self {
            place,
            ping_interval: Duration::from_secs(2),
            idle_interval: address.idle_interval.unwrap_or(Duration::from_secs(15)),
            response_timeout: address.response_timeout.unwrap_or(Duration::from_secs(2)),
            connect_timeout: address.connect_timeout.unwrap_or(Duration::from_secs(2)),
            max_backoff: Duration::from_secs(2),
        }
    }

    /// The number of the database that keys lie in; `None` in a Cluster, which has one. Publishing knows no databases.
    pub fn database(&self) -> Option<i64> {
        match &self.place {
            Place::Address(info) => Some(info.redis_settings().db()),
            Place::Sentinels(sentinels) => Some(sentinels.node.redis_settings().db()),
            Place::Cluster(_) => None,
        }
    }

    /// A client for the server that is in charge now.
    pub(crate) async fn client(&self) -> Result<Client, LinkFault> {
        let info = match &self.place {
            Place::Address(info) => info.clone(),
            Place::Sentinels(sentinels) => sentinels.master(self.response_timeout).await?,
            Place::Cluster(cluster) => cluster.owner(self.response_timeout).await?,
        };
        Ok(Client::open(info)?)
    }

    /// Every server of which it is known by now that it is one: a master that no Sentinel can name is not.
    pub(crate) async fn servers(&self) -> Vec<ConnectionInfo> {
        match &self.place {
            Place::Address(info) => vec![info.clone()],
            Place::Sentinels(sentinels) => sentinels.master(self.response_timeout).await.into_iter().collect(),
            Place::Cluster(cluster) => cluster.seeds.clone(),
        }
    }
}

impl fmt::Display for RedisSettings {
    /// Host and port, or the path, or who is asked for them; no user and no password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Address(info) => info.addr().fmt(f),
            Place::Sentinels(sentinels) => sentinels.fmt(f),
            Place::Cluster(cluster) => cluster.fmt(f),
        }
    }
}

impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisSettings({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, shown) in [
            ("redis://localhost", "localhost:6379"),
            ("rediss://:secret@example.com:7000/2", "example.com:7000"),
            ("unix:///run/redis.sock", "/run/redis.sock"),
            ("redis+unix:///run/redis.sock", "/run/redis.sock"),
        ] {
            assert_eq!(RedisSettings::new(url, false).unwrap().to_string(), shown);
        }
        let fault = RedisSettings::new("http://:secret@example.com", false).unwrap_err().to_string();
        assert!(fault.contains("redis://") && !fault.contains("secret"), "{fault}");
        let shown = format!("{:?}", RedisSettings::new("redis://u:secret@h", true).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
    }
}
