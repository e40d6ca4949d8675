//! Where one Redis is, and how patient to be with it.

use std::{fmt, time::Duration};

use redis::{Client, ConnectionInfo};

use crate::{
    address::{AddressError, parse},
    fault::LinkFault,
    locate::{Cluster, Sentinels},
};

/// Where one Redis is, and how patient to be with it.
#[derive(Clone)]
pub struct RedisSettings {
    pub(crate) place: Place,
    /// How often each connection is asked whether it still lives. 2 s.
    pub ping_interval: Duration,
    /// How long an answer may take; a connection that is silent twice in a row is given up. 2 s.
    pub response_timeout: Duration,
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
    /// Reads `url`. `accept_any_certificate` is for `rediss://` with a certificate that nobody signed, as Heroku's are.
    ///
    /// # Errors
    /// [`AddressError`], which never shows the address itself: it may hold a password.
    pub fn new(url: &str, accept_any_certificate: bool) -> Result<Self, AddressError> {
        Ok(Self::at(Place::Address(parse(url, accept_any_certificate)?)))
    }

    pub(crate) fn at(place: Place) -> Self {
        Self {
            place,
            ping_interval: Duration::from_secs(2),
            response_timeout: Duration::from_secs(2),
            max_backoff: Duration::from_secs(2),
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
