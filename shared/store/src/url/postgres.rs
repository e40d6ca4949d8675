//! PostgreSQL addresses as in libpq. Unsupported parameters are refused: ignoring one would look like support.

use std::{fmt, net::Ipv6Addr, num::NonZeroU16, str::FromStr as _};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::PgConnectOptions;

use super::{
    DatabaseUrlFault,
    parts::{decoded, parameters, refused},
};

/// Parameters that the driver receives unchanged.
const PASSED_ON: [&str; 5] = ["dbname", "user", "password", "application_name", "options"];

/// A server, or a pooler before it.
#[derive(Clone)]
pub(crate) struct PostgresLocation {
    /// The text after `//`, for comparisons.
    text: String,
    options: Box<PgConnectOptions>,
    has_user: bool,
    is_pooled: bool,
}

impl PostgresLocation {
    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Whether a parameter names a pooler.
    pub(crate) fn is_pooled(&self) -> bool {
        self.is_pooled
    }
}

impl PartialEq for PostgresLocation {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for PostgresLocation {}

impl fmt::Display for PostgresLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.has_user { "***@" } else { "" };
        let database = self.options.get_database().unwrap_or_default();
        match self.options.get_socket() {
            Some(folder) => write!(f, "postgres://{user}/{database}?host={}", folder.display()),
            None => write!(f, "postgres://{user}{}:{}/{database}", self.options.get_host(), self.options.get_port()),
        }
    }
}

/// `text` is the text after `postgres://`.
pub(super) fn parse(text: &str) -> Result<PostgresLocation, DatabaseUrlFault> {
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    let (authority, database) = address.split_once('/').unwrap_or((address, ""));
    if is_raw(text, authority, &[database, query]) {
        return Err(DatabaseUrlFault::Raw);
    }
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let mut draft = Draft::default();
    draft.user_and_password(user)?;
    draft.find(host)?;
    if !database.is_empty() {
        draft.add("dbname", decoded(database)?);
    }
    for (name, value) in parameters(query)? {
        draft.apply(&name, value)?;
    }
    draft.finish(text)
}

/// Whether a raw special character in a password has moved the parts' borders.
fn is_raw(text: &str, authority: &str, later: &[&str]) -> bool {
    text.chars().any(|sign| sign == '#' || sign.is_whitespace() || sign.is_control())
        || authority.matches('@').count() > 1
        || later.iter().any(|part| part.contains('@'))
}

/// The parts by libpq's names; a later one overrides an earlier one.
#[derive(Default)]
struct Draft {
    parts: Vec<(&'static str, String)>,
    is_pooled: bool,
}

impl Draft {
    fn add(&mut self, name: &'static str, value: String) {
        self.parts.push((name, value));
    }

    /// The driver parses a new text, with its defaults from the environment (`PGSSLMODE`, `.pgpass`).
    fn finish(self, text: &str) -> Result<PostgresLocation, DatabaseUrlFault> {
        let encoded = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<_> = self.parts.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let options = PgConnectOptions::from_str(&format!("postgres:///?{}", pairs.join("&")));
        let options = options.map_err(|_| DatabaseUrlFault::Address)?;
        let name = options.get_application_name().unwrap_or("catamaran").to_owned();
        Ok(PostgresLocation {
            text: text.to_owned(),
            options: Box::new(options.application_name(&name)),
            has_user: self.parts.iter().any(|(name, _)| *name == "user"),
            is_pooled: self.is_pooled,
        })
    }

    fn user_and_password(&mut self, user: &str) -> Result<(), DatabaseUrlFault> {
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        for (part, value) in [("user", name), ("password", password)] {
            // An empty part is omitted: `postgres://USER:@…`.
            if !value.is_empty() {
                self.add(part, decoded(value)?);
            }
        }
        Ok(())
    }

    /// An empty host is the driver's default: a socket if there is one, otherwise this machine.
    fn find(&mut self, host: &str) -> Result<(), DatabaseUrlFault> {
        let (name, port) = match host.rsplit_once(':') {
            // Brackets enclose an IPv6 address.
            Some((name, port)) if !port.ends_with(']') => (name, port),
            _ => (host, ""),
        };
        if !port.is_empty() {
            self.apply("port", port.to_owned())?;
        }
        if name.is_empty() { Ok(()) } else { self.apply("host", decoded(name)?) }
    }

    fn apply(&mut self, name: &str, value: String) -> Result<(), DatabaseUrlFault> {
        if let Some(name) = PASSED_ON.iter().find(|known| **known == name) {
            self.add(name, value);
            return Ok(());
        }
        match name {
            "host" | "hostaddr" => self.set_host(value),
            "port" => port(&value).map(|()| self.add("port", value)),
            "ssl" | "sslmode" | "sslrootcert" | "sslcert" | "sslkey" | "sslnegotiation" | "channel_binding" | "gssencmode" => {
                self.secure(name, value)
            }
            "pgbouncer" | "statement-cache-capacity" | "statement_cache_size" | "prepared_statements" => self.pool(name, &value),
            "target_session_attrs" if matches!(value.as_str(), "any" | "read-write" | "primary") => Ok(()),
            _ => Err(refused(name, advice(name))),
        }
    }

    fn set_host(&mut self, value: String) -> Result<(), DatabaseUrlFault> {
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

/// Only a plausibility check; the resolver does the rest. Most refused values are parts of a password.
fn is_host(name: &str) -> bool {
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => name.chars().all(|sign| sign.is_alphanumeric() || "-._".contains(sign)),
    }
}

fn port(text: &str) -> Result<(), DatabaseUrlFault> {
    text.parse::<NonZeroU16>().map(drop).map_err(|_| DatabaseUrlFault::Address)
}

/// The replacement for a refused parameter.
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
