//! The parameters of an address: those of redis-py's `from_url` that have a meaning here. Others are refused by name.

use std::{collections::HashSet, time::Duration};

use super::{
    AddressError::{self, Parameter, RawCharacter},
    text::{Text, decoded},
};
use crate::tls::TlsParameters;

/// The parameters of an address.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) database: Option<i64>,
    pub(super) response_timeout: Option<Duration>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) idle_interval: Option<Duration>,
    pub(super) tls: TlsParameters,
}

impl Query {
    /// Parses the parameters. Reads no file.
    pub(super) fn read(text: &Text<'_>) -> Result<Self, AddressError> {
        let mut query = Self::default();
        let mut seen = HashSet::new();
        for pair in text.query.split('&').filter(|pair| !pair.is_empty()) {
            let has_secret = query.user.is_some() || query.password.is_some();
            let (name, value) = pair.split_once('=').ok_or_else(|| nameless(has_secret))?;
            let value = decoded(&value.replace('+', " "))?;
            if name.starts_with("ssl_") && !text.scheme.is_tls() {
                return Err(wrong(name, "left out, or the scheme to be rediss://"));
            }
            if !query.take(name, &value)? {
                return Err(unknown(name, text.query, has_secret));
            }
            if !seen.insert(name) {
                return Err(wrong(name, "given once"));
            }
        }
        Ok(query)
    }

    /// Sets one parameter. Returns `false` if its name is unknown.
    fn take(&mut self, name: &str, value: &str) -> Result<bool, AddressError> {
        match name {
            // redis-rs uses `user` and `pass` for Unix sockets.
            "username" | "user" => self.user = Some(value.to_owned()),
            "password" | "pass" => self.password = Some(value.to_owned()),
            "db" => {
                let number = value.parse().ok().filter(|number| *number >= 0);
                self.database = Some(number.ok_or_else(|| wrong(name, "the number of a database"))?);
            }
            "protocol" if matches!(value, "3" | "resp3") => {}
            "protocol" => return Err(wrong(name, "3, or left out: this layer speaks RESP3")),
            "socket_timeout" => self.response_timeout = Some(seconds(name, value, 0.1..=60.0)?),
            "socket_connect_timeout" => self.connect_timeout = Some(seconds(name, value, 0.1..=60.0)?),
            "health_check_interval" => self.idle_interval = Some(seconds(name, value, 1.0..=3_600.0)?),
            "max_connections" => return Err(wrong(name, "left out: a process has two connections for each host")),
            _ => return self.tls.take(name, value).map_err(|right| wrong(name, right)),
        }
        Ok(true)
    }
}

fn seconds(name: &str, value: &str, range: std::ops::RangeInclusive<f64>) -> Result<Duration, AddressError> {
    let seconds = value.parse().ok().filter(|seconds| range.contains(seconds));
    let right = || format!("seconds, from {} to {}", range.start(), range.end());
    seconds.map(Duration::from_secs_f64).ok_or_else(|| wrong(name, right()))
}

fn wrong(name: &str, right: impl Into<String>) -> AddressError {
    Parameter(Some(name.to_owned()), right.into())
}

/// Hides a name that may be a part of a password: a raw `&` or `?` in a password looks like a parameter's start.
fn unknown(name: &str, query: &str, has_secret: bool) -> AddressError {
    let is_name = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    match () {
        () if has_secret => nameless(true),
        () if query.contains('@') => RawCharacter('?'),
        () if is_name => wrong(name, "left out: this layer has no such parameter"),
        () => Parameter(None, "only known parameters after ?: db, username, password, ssl_… and others".to_owned()),
    }
}

fn nameless(has_secret: bool) -> AddressError {
    match has_secret {
        true => {
            Parameter(None, "only known parameters after the user's or the password's: write %26 for a & in those".to_owned())
        }
        false => RawCharacter('?'),
    }
}
