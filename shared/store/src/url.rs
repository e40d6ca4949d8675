//! Which database: `DATABASE_URL`.

mod parts;
mod postgres;
mod sqlite;

use std::fmt;

pub(crate) use self::{postgres::PostgresPlace, sqlite::SqlitePlace};

/// Where the database is. `Display` and `Debug` show it without user, password and parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Place);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file.
    Sqlite(SqlitePlace),
    /// A server, or a pooler before it.
    Postgres(PostgresPlace),
}

/// The text names no database that can be used. The `Display` text says what is expected, and never shows any part of the text that may be
/// secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlFault {
    /// Neither of the two kinds of address.
    #[error("sqlite:PATH, postgres://USER:PASSWORD@HOST:PORT/DATABASE or postgresql://…")]
    Scheme,
    /// SQLite without a file.
    #[error(
        "sqlite:PATH with a file, for example sqlite:catamaran.sqlite3 (a database in memory is gone at a restart, and two processes cannot share it)"
    )]
    NoFile,
    /// A `%` that begins no code.
    #[error("two hexadecimal digits after each %, and %25 for a % itself")]
    Percent,
    /// `%00`, or bytes that are no text.
    #[error("codes that give text in UTF-8 after each %, without %00")]
    NoText,
    /// A character that has another meaning there.
    #[error(
        "an address in which each special character of user and password is written as %XX (@ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25)"
    )]
    Raw,
    /// A PostgreSQL address without a proper host and port.
    #[error(
        "postgres://USER:PASSWORD@HOST:PORT/DATABASE with a port from 1 to 65535, and each special character of user and password as %XX"
    )]
    Address,
    /// Several servers.
    #[error("one host (several are not supported: name the primary server, or a proxy that finds it)")]
    Hosts,
    /// A parameter that is not supported, or not with this value.
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
            return sqlite::parse(rest).map(Place::Sqlite).map(Self);
        }
        match rest.strip_prefix("//") {
            Some(rest) if is_postgres(&scheme) => postgres::parse(rest).map(Place::Postgres).map(Self),
            _ => Err(DatabaseUrlFault::Scheme),
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.0
    }
}

/// As Django's settings and SQLAlchemy write it, too: there a driver's name follows a plus sign.
fn is_postgres(scheme: &str) -> bool {
    let kind = scheme.split_once('+').map_or(scheme, |(kind, _driver)| kind);
    matches!(kind, "postgres" | "postgresql" | "postgis" | "pgsql" | "psql")
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(place) => place.fmt(f),
            Place::Postgres(place) => place.fmt(f),
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
