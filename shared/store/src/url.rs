//! Which database: `DATABASE_URL`.

use std::{fmt, path::PathBuf, str::FromStr};

use sqlx::postgres::PgConnectOptions;

/// Where the database is. `Display` and `Debug` show it without password and parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Place);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// The whole address, which has been parsed once to see that it can be.
    Postgres(String),
}

/// The text names no database that can be used. The `Display` text says what is expected, and never shows the text itself.
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
    /// SQLite with parameters.
    #[error("sqlite:PATH without a question mark: how the file is opened is not for parameters to say")]
    Parameters,
    /// A PostgreSQL address that cannot be read.
    #[error("postgres://USER:PASSWORD@HOST:PORT/DATABASE with every special character of the password written as %XX ({0})")]
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` (or `sqlite://PATH`), `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// [`DatabaseUrlFault`]: what was expected.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlFault> {
        let (scheme, rest) = text.split_once(':').ok_or(DatabaseUrlFault::Scheme)?;
        match scheme {
            "sqlite" => sqlite(rest.strip_prefix("//").unwrap_or(rest)).map(Self),
            "postgres" | "postgresql" if rest.starts_with("//") => postgres(text).map(Self),
            _ => Err(DatabaseUrlFault::Scheme),
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.0
    }
}

fn sqlite(path: &str) -> Result<Place, DatabaseUrlFault> {
    if path.contains('?') {
        return Err(DatabaseUrlFault::Parameters);
    }
    if path.is_empty() || path.ends_with('/') || path.starts_with(':') || path.contains('\0') {
        return Err(DatabaseUrlFault::NoFile);
    }
    Ok(Place::Sqlite(PathBuf::from(path)))
}

fn postgres(text: &str) -> Result<Place, DatabaseUrlFault> {
    match PgConnectOptions::from_str(text) {
        Ok(_) => Ok(Place::Postgres(text.to_owned())),
        Err(sqlx::Error::Configuration(reason)) => Err(DatabaseUrlFault::Postgres(reason.to_string())),
        Err(_) => Err(DatabaseUrlFault::Postgres("not an address".to_owned())),
    }
}

/// The address without user and password (the last `@` ends them: a password may have one) and without parameters (which
/// may have a password, too).
fn without_credentials(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let rest = rest.split_once('?').map_or(rest, |(address, _)| address);
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}"),
        None => format!("{scheme}://{rest}"),
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Postgres(url) => f.write_str(&without_credentials(url)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read() {
        for (text, shown) in [
            ("sqlite:catamaran.sqlite3", "sqlite:catamaran.sqlite3"),
            ("sqlite://data/c.db", "sqlite:data/c.db"),
            ("sqlite:///var/lib/c.db", "sqlite:/var/lib/c.db"),
            ("postgres://localhost/c", "postgres://localhost/c"),
            ("postgresql://u@db:5433/c", "postgresql://***@db:5433/c"),
        ] {
            assert_eq!(DatabaseUrl::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_the_reason() {
        for text in ["sqlite::memory:", "sqlite:", "sqlite://", "sqlite:data/"] {
            assert_eq!(DatabaseUrl::parse(text), Err(DatabaseUrlFault::NoFile), "{text}");
        }
        assert_eq!(DatabaseUrl::parse("sqlite:c.db?mode=memory"), Err(DatabaseUrlFault::Parameters));
        for text in ["", "c.db", "mysql://localhost/c", "postgres:localhost", "Postgres://localhost"] {
            assert_eq!(DatabaseUrl::parse(text), Err(DatabaseUrlFault::Scheme), "{text}");
        }
        for text in ["postgres://u:p#1@host/c", "postgres://host:port/c", "postgres://host/c?sslmode=perhaps"] {
            assert!(matches!(DatabaseUrl::parse(text), Err(DatabaseUrlFault::Postgres(_))), "{text}");
        }
    }

    #[test]
    fn the_password_never_shows() {
        for text in [
            "postgres://u:hunter2@host/c",
            "postgres://u:p@hunter2@host/c",
            "postgres://host/c?password=hunter2",
            "postgres://u:hunter2#@host/c",
            "postgres://u:hunter2@host:x/c",
            "hunter2://host",
            "hunter2",
        ] {
            let shown = match DatabaseUrl::parse(text) {
                Ok(url) => format!("{url} {url:?}"),
                Err(fault) => format!("{fault} {fault:?}"),
            };
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
