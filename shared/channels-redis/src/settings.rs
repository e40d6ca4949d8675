//! The address and the timeouts of one Redis.

use std::{fmt, time::Duration};

use redis::{Client, ConnectionInfo};

use crate::{
    RedisTls,
    address::{Address, AddressError},
    fault::LinkFault,
    locate::{Cluster, Sentinels},
};

/// The address and the timeouts of one Redis.
#[derive(Clone)]
pub struct RedisSettings {
    pub(crate) place: Place,
    /// How often a connection in use asks whether its server is alive and a master. 2 s.
    pub ping_interval: Duration,
    /// The same for an idle connection. One of the two connections to a host asks this often, the other a quarter as often. 15 s;
    /// `health_check_interval` in the address.
    pub idle_interval: Duration,
    /// The time limit of an answer. A connection ends after two timeouts in a row. 2 s; `socket_timeout` in the address.
    pub response_timeout: Duration,
    /// The time limit of connecting. 2 s; `socket_connect_timeout` in the address.
    pub connect_timeout: Duration,
    /// The longest wait between two attempts to connect. The waits begin at 50 ms and double, with jitter. 2 s.
    pub max_backoff: Duration,
}

/// How to find the server, at each attempt to connect.
#[derive(Clone)]
pub(crate) enum Place {
    Address(ConnectionInfo),
    Sentinels(Sentinels),
    Cluster(Cluster),
}

impl RedisSettings {
    /// Parses `url` like redis-py's `from_url`. `tls` is for `rediss://`; `true` accepts any certificate.
    ///
    /// # Errors
    /// [`AddressError`], which never shows the address, since it may hold a password.
    pub fn new(url: &str, tls: impl Into<RedisTls>) -> Result<Self, AddressError> {
        let address = Address::parse(url, &tls.into())?;
        Ok(Self::at(Place::Address(address.info.clone()), &address))
    }

    /// The server at `place`, with the timeouts of `address`.
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

    /// Returns the number of the database that holds the keys; `None` in a Cluster. Publishing ignores databases.
    pub fn database(&self) -> Option<i64> {
        match &self.place {
            Place::Address(info) => Some(info.redis_settings().db()),
            Place::Sentinels(sentinels) => Some(sentinels.node.redis_settings().db()),
            Place::Cluster(_) => None,
        }
    }

    /// Returns a client for the server that is responsible now.
    pub(crate) async fn client(&self) -> Result<Client, LinkFault> {
        let info = match &self.place {
            Place::Address(info) => info.clone(),
            Place::Sentinels(sentinels) => sentinels.master(self.response_timeout).await?,
            Place::Cluster(cluster) => cluster.owner(self.response_timeout).await?,
        };
        Ok(Client::open(info)?)
    }

    /// Returns the known servers. A master that no Sentinel knows is missing.
    pub(crate) async fn servers(&self) -> Vec<ConnectionInfo> {
        match &self.place {
            Place::Address(info) => vec![info.clone()],
            Place::Sentinels(sentinels) => sentinels.master(self.response_timeout).await.into_iter().collect(),
            Place::Cluster(cluster) => cluster.seeds.clone(),
        }
    }
}

impl fmt::Display for RedisSettings {
    /// Shows host and port, the path, or the master's name; never the user or the password.
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
    fn shows_the_address_without_credentials() {
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
