//! The addresses of Redis: one host, several that share the names, a master behind Sentinels, or a Cluster.

use std::fmt;

use catamaran_redis::{AddressError, MAX_PARTITIONS, RedisHosts, RedisSettings, RedisTls, without_credentials};

use super::{
    reader::{Parsed, Reader},
    redis_tls,
};

/// Lanes of a Cluster where nothing is set: as many as the smallest one has masters.
const LANES: usize = 3;

/// The addresses of Redis. `Display` and `Debug` hide user and password.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedisPlaces {
    urls: Vec<String>,
    /// `REDIS_SENTINEL_MASTER`: comma list of the names of masters; `REDIS_URL` then says where the Sentinels are.
    pub masters: Vec<String>,
    sentinel_password: Option<String>,
    /// `REDIS_CLUSTER_LANES`: 1 to 64, over how many nodes of a Cluster names are spread; default 3.
    pub lanes: usize,
    /// `REDIS_TLS_CA`, `REDIS_TLS_CERTIFICATE`, `REDIS_TLS_KEY`, `REDIS_TLS_INSECURE`, `SSL_CERT_FILE`: certificates under `rediss://`.
    pub tls: RedisTls,
}

impl RedisPlaces {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let tls = redis_tls::read(reader);
        let parse = |text: &str| RedisSettings::new(text, tls.clone()).map(|_| text.to_owned()).map_err(|fault| fault.expected());
        let urls = reader.parse_url_list("REDIS_URL", parse).filter(|urls| !urls.is_empty());
        // An address that was refused may have been for TLS.
        if reader.is_unset("REDIS_URL") || urls.as_ref().is_some_and(|urls| !urls.iter().any(|url| is_tls(url))) {
            redis_tls::refuse_without_tls(reader);
        }
        let masters = reader.parse_list("REDIS_SENTINEL_MASTER", parse_master).unwrap_or_default();
        let places = Self {
            urls: urls.unwrap_or_else(|| vec!["redis://localhost:6379".to_owned()]),
            masters,
            sentinel_password: reader.parse_secret("REDIS_SENTINEL_PASSWORD", |text| Ok(text.to_owned())),
            lanes: reader.parse("REDIS_CLUSTER_LANES", parse_lanes).unwrap_or(LANES),
            tls,
        };
        if !places.masters.is_empty() && places.hosts().is_err() {
            reader.fault("REDIS_URL", "a Unix socket", "host and port of each Sentinel, since REDIS_SENTINEL_MASTER is set");
        }
        places
    }

    /// The addresses with their passwords, for a client that connects.
    pub fn expose(&self) -> Vec<&str> {
        self.urls.iter().map(String::as_str).collect()
    }

    /// The number of the database in each address.
    pub(crate) fn databases(&self) -> Vec<i64> {
        let settings = self.urls.iter().filter_map(|url| RedisSettings::new(url, self.tls.clone()).ok());
        settings.filter_map(|settings| settings.database()).collect()
    }

    /// The hosts of a layer for which each of them is a Redis of its own.
    ///
    /// # Errors
    /// [`AddressError`]: Sentinels on Unix sockets.
    pub fn hosts(&self) -> Result<RedisHosts, AddressError> {
        let urls = self.expose();
        if self.masters.is_empty() {
            return RedisHosts::new(&urls, self.tls.clone());
        }
        let masters: Vec<&str> = self.masters.iter().map(String::as_str).collect();
        RedisHosts::behind_sentinels(&urls, &masters, self.sentinel_password.as_deref(), self.tls.clone())
    }

    /// The lanes of a Cluster of which the addresses are nodes.
    ///
    /// # Errors
    /// [`AddressError`]: nodes on Unix sockets.
    pub fn cluster(&self) -> Result<RedisHosts, AddressError> {
        RedisHosts::cluster(&self.expose(), self.lanes, self.tls.clone())
    }
}

impl fmt::Display for RedisPlaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<_> = self.urls.iter().filter_map(|url| without_credentials(url)).collect();
        match self.masters.as_slice() {
            [] => f.write_str(&urls.join(", ")),
            masters => write!(f, "{} by the Sentinels at {}", masters.join(", "), urls.join(", ")),
        }
    }
}

impl fmt::Debug for RedisPlaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisPlaces({self})")
    }
}

fn is_tls(url: &str) -> bool {
    let scheme = url.split("://").next().unwrap_or_default();
    ["rediss", "valkeys"].iter().any(|tls| tls.eq_ignore_ascii_case(scheme))
}

fn parse_master(text: &str) -> Parsed<String> {
    let sound = text.bytes().all(|byte| byte.is_ascii_graphic());
    if sound { Ok(text.to_owned()) } else { Err("the master's name as the Sentinels know it".to_owned()) }
}

fn parse_lanes(text: &str) -> Parsed<usize> {
    match text.parse() {
        Ok(lanes @ 1..=MAX_PARTITIONS) => Ok(lanes),
        _ => Err(format!("a number from 1 to {MAX_PARTITIONS}, the same in all processes")),
    }
}
