//! PostgreSQL's addresses, as libpq reads them. Parameters that this program cannot honour are refused: one that is dropped in silence
//! would be taken for honoured.

use std::{fmt, net::Ipv6Addr, num::NonZeroU16, str::FromStr as _};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::PgConnectOptions;

use super::{
    DatabaseUrlFault,
    parts::{decoded, parameters, refused},
};

/// Parameters that go to the driver as they are.
const OF_ANY_VALUE: [&str; 5] = ["dbname", "user", "password", "application_name", "options"];

/// A server, or a pooler before it.
#[derive(Clone)]
pub(crate) struct PostgresPlace {
    /// All behind `//`, for comparisons.
    text: String,
    options: Box<PgConnectOptions>,
    has_user: bool,
    is_pooled: bool,
}

impl PostgresPlace {
    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Whether a parameter says that a pooler stands before the server.
    pub(crate) fn is_pooled(&self) -> bool {
        self.is_pooled
    }
}

impl PartialEq for PostgresPlace {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for PostgresPlace {}

impl fmt::Display for PostgresPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.has_user { "***@" } else { "" };
        let database = self.options.get_database().unwrap_or_default();
        match self.options.get_socket() {
            Some(folder) => write!(f, "postgres://{user}/{database}?host={}", folder.display()),
            None => write!(f, "postgres://{user}{}:{}/{database}", self.options.get_host(), self.options.get_port()),
        }
    }
}

/// `text` is all behind `postgres://`.
pub(super) fn parse(text: &str) -> Result<PostgresPlace, DatabaseUrlFault> {
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    let (authority, database) = address.split_once('/').unwrap_or((address, ""));
    if is_raw(text, authority, &[database, query]) {
        return Err(DatabaseUrlFault::Raw);
    }
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let mut draft = Draft::default();
    draft.log_in(user)?;
    draft.find(host)?;
    if !database.is_empty() {
        draft.add("dbname", decoded(database)?);
    }
    for (name, value) in parameters(query)? {
        draft.apply(&name, value)?;
    }
    draft.finish(text)
}

/// A raw `@`, `/`, `?` or `#` in a password moves the borders of the parts.
fn is_raw(text: &str, authority: &str, later: &[&str]) -> bool {
    text.chars().any(|sign| sign == '#' || sign.is_whitespace() || sign.is_control())
        || authority.matches('@').count() > 1
        || later.iter().any(|part| part.contains('@'))
}

/// The parts of an address under libpq's names, of which a later one wins.
#[derive(Default)]
struct Draft {
    parts: Vec<(&'static str, String)>,
    is_pooled: bool,
}

impl Draft {
    fn add(&mut self, name: &'static str, value: String) {
        self.parts.push((name, value));
    }

    /// The driver reads the parts from a text of its own, with all that it takes from the environment (`PGSSLMODE`, `.pgpass`).
    fn finish(self, text: &str) -> Result<PostgresPlace, DatabaseUrlFault> {
        let encoded = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<_> = self.parts.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let options = PgConnectOptions::from_str(&format!("postgres:///?{}", pairs.join("&")));
        let options = options.map_err(|_| DatabaseUrlFault::Address)?;
        let name = options.get_application_name().unwrap_or("catamaran").to_owned();
        Ok(PostgresPlace {
            text: text.to_owned(),
            options: Box::new(options.application_name(&name)),
            has_user: self.parts.iter().any(|(name, _)| *name == "user"),
            is_pooled: self.is_pooled,
        })
    }

    fn log_in(&mut self, user: &str) -> Result<(), DatabaseUrlFault> {
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        for (part, value) in [("user", name), ("password", password)] {
            // An empty one is not given: `postgres://USER:@…`.
            if !value.is_empty() {
                self.add(part, decoded(value)?);
            }
        }
        Ok(())
    }

    /// An empty host is the driver's default: a socket where there is one, else this machine.
    fn find(&mut self, host: &str) -> Result<(), DatabaseUrlFault> {
        let (name, port) = match host.rsplit_once(':') {
            // Within brackets stands an IPv6 address.
            Some((name, port)) if !port.ends_with(']') => (name, port),
            _ => (host, ""),
        };
        if !port.is_empty() {
            self.apply("port", port.to_owned())?;
        }
        if name.is_empty() { Ok(()) } else { self.apply("host", decoded(name)?) }
    }

    fn apply(&mut self, name: &str, value: String) -> Result<(), DatabaseUrlFault> {
        if let Some(name) = OF_ANY_VALUE.iter().find(|known| **known == name) {
            self.add(name, value);
            return Ok(());
        }
        match name {
            "host" | "hostaddr" => self.name_host(value),
            "port" => port(&value).map(|()| self.add("port", value)),
            "ssl" | "sslmode" | "sslrootcert" | "sslcert" | "sslkey" | "sslnegotiation" | "channel_binding" | "gssencmode" => {
                self.secure(name, value)
            }
            "pgbouncer" | "statement-cache-capacity" | "statement_cache_size" | "prepared_statements" => self.pool(name, &value),
            "target_session_attrs" if matches!(value.as_str(), "any" | "read-write" | "primary") => Ok(()),
            _ => Err(refused(name, advice(name))),
        }
    }

    fn name_host(&mut self, value: String) -> Result<(), DatabaseUrlFault> {
        if value.contains(',') {
            return Err(DatabaseUrlFault::Hosts);
        }
        if !value.starts_with('/') && !is_host(&value) {
            return Err(DatabaseUrlFault::Address);
        }
        self.add("host", value);
        Ok(())
    }

    fn secure(&mut self, name: &str, value: String) -> Result<(), DatabaseUrlFault> {
        match (name, value.as_str()) {
            ("sslmode", "disable" | "prefer" | "require" | "verify-ca" | "verify-full") => self.add("sslmode", value),
            ("ssl", "true" | "1") => self.add("sslmode", "require".to_owned()),
            ("ssl", "false" | "0") => self.add("sslmode", "disable".to_owned()),
            ("sslrootcert", "system") | ("sslmode" | "ssl", _) => return Err(refused(name, advice(name))),
            ("sslrootcert", _) => self.add("sslrootcert", value),
            ("sslcert", _) => self.add("sslcert", value),
            ("sslkey", _) => self.add("sslkey", value),
            ("sslnegotiation", "postgres") | ("channel_binding" | "gssencmode", "disable" | "prefer") => {}
            _ => return Err(refused(name, advice(name))),
        }
        Ok(())
    }

    /// Reads other libraries' parameters for a pooler: no prepared statements.
    fn pool(&mut self, name: &str, value: &str) -> Result<(), DatabaseUrlFault> {
        match (name, value) {
            ("pgbouncer", "true" | "1") | ("prepared_statements", "false") => self.is_pooled = true,
            ("statement-cache-capacity" | "statement_cache_size", "0") => self.is_pooled = true,
            ("pgbouncer", "false" | "0") | ("prepared_statements", "true") => {}
            _ => return Err(refused(name, advice(name))),
        }
        Ok(())
    }
}

/// Only whether it can be one: the resolver knows better. What is refused here is mostly a part of a password.
fn is_host(name: &str) -> bool {
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => name.chars().all(|sign| sign.is_alphanumeric() || "-._".contains(sign)),
    }
}

fn port(text: &str) -> Result<(), DatabaseUrlFault> {
    text.parse::<NonZeroU16>().map(drop).map_err(|_| DatabaseUrlFault::Address)
}

/// Names the replacement of a refused parameter.
fn advice(name: &str) -> &'static str {
    match name {
        "sslmode" => "sslmode is disable, prefer, require, verify-ca or verify-full",
        "ssl" => "ssl is true or false",
        "sslrootcert" => "sslrootcert is the path of the CA's file",
        "channel_binding" => "leave it out, and say sslmode=verify-full: the driver cannot bind a password to TLS",
        "target_session_attrs" => "target_session_attrs is any, read-write or primary, since this program writes",
        "pgbouncer" | "statement-cache-capacity" | "statement_cache_size" | "prepared_statements" => {
            "pgbouncer=true is for a pooler that is not noticed by itself"
        }
        "schema" | "currentSchema" | "search_path" => {
            "say options=-csearch_path=NAME, or at the server ALTER ROLE … SET search_path = NAME"
        }
        "connection_limit" | "pool_size" | "max_connections" | "pool_timeout" | "conn_max_age" | "max_overflow" => {
            "leave it out: DATABASE_POOL_SIZE says how many connections a process opens"
        }
        "connect_timeout" | "statement_timeout" => "leave it out: a connection and a statement have 5 s each",
        _ => "it is not supported, leave it out",
    }
}
