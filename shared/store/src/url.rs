//! The database's address: `DATABASE_URL`.

mod parts;
mod postgres;
mod sqlite;

use std::fmt;

pub(crate) use self::{postgres::PostgresLocation, sqlite::SqliteLocation};

/// The address of the database. `Display` and `Debug` hide user, password and parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Location);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Location {
    /// A file.
    Sqlite(SqliteLocation),
    /// A server, or a pooler before it.
    Postgres(PostgresLocation),
}

/// The text is not a usable address. `Display` says what is expected, and never shows a part of the text that may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlFault {
    /// Neither kind of address.
    #[error("sqlite:PATH, postgres://USER:PASSWORD@HOST:PORT/DATABASE or postgresql://…")]
    Scheme,
    /// SQLite without a file.
    #[error(
        "sqlite:PATH with a file, for example sqlite:catamaran.sqlite3 (a database in memory is gone at a restart, and two processes cannot share it)"
    )]
    NoFile,
    /// A `%` without a code.
    #[error("two hexadecimal digits after each %, and %25 for a % itself")]
    Percent,
    /// `%00`, or bytes that are not UTF-8.
    #[error("codes that give text in UTF-8 after each %, without %00")]
    NoText,
    /// A special character that must be encoded.
    #[error(
        "an address in which each special character of user and password is written as %XX (@ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25)"
    )]
    Raw,
    /// A PostgreSQL address without a valid host and port.
    #[error(
        "postgres://USER:PASSWORD@HOST:PORT/DATABASE with a port from 1 to 65535, and each special character of user and password as %XX"
    )]
    Address,
    /// Several servers.
    #[error("one host (several are not supported: name the primary server, or a proxy that finds it)")]
    Hosts,
    /// An unsupported parameter or value.
    #[error("{0}")]
    Parameter(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH`, `postgres://…`, and the other forms that the README lists.
    ///
    /// # Errors
    /// [`DatabaseUrlFault`]: what was expected.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlFault> {
        let (scheme, rest) = text.split_once(':').ok_or(DatabaseUrlFault::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        if matches!(scheme.as_str(), "sqlite" | "sqlite3") {
            return sqlite::parse(rest).map(Location::Sqlite).map(Self);
        }
        match rest.strip_prefix("//") {
            Some(rest) if is_postgres(&scheme) => postgres::parse(rest).map(Location::Postgres).map(Self),
            _ => Err(DatabaseUrlFault::Scheme),
        }
    }

    /// Whether the database is a file of this machine.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.0, Location::Sqlite(_))
    }

    pub(crate) fn place(&self) -> &Location {
        &self.0
    }
}

/// Includes the schemes of Django and SQLAlchemy, which add a driver's name after a plus sign.
fn is_postgres(scheme: &str) -> bool {
    let kind = scheme.split_once('+').map_or(scheme, |(kind, _driver)| kind);
    matches!(kind, "postgres" | "postgresql" | "postgis" | "pgsql" | "psql")
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Location::Sqlite(place) => place.fmt(f),
            Location::Postgres(place) => place.fmt(f),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests;
