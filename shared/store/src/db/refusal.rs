//! The reasons why PostgreSQL or a pooler refuses a connection, each with its remedy.

use std::io;

use sqlx::postgres::PgConnectOptions;

use crate::{StoreError, error::Cause};

/// Classifies a refused connection and adds the remedy.
pub(super) fn explain(error: sqlx::Error, options: &PgConnectOptions) -> StoreError {
    let place = address(options);
    match remedy(&error, options) {
        Some(Remedy::Mend(remedy)) => StoreError::Internal(Cause::new(format!("connecting to {place}: {remedy}")).with(error)),
        Some(Remedy::Wait(remedy)) => StoreError::Unavailable(Cause::new(format!("connecting to {place}: {remedy}")).with(error)),
        None => StoreError::sort(format!("connecting to {place}"), with_address(error, options)),
    }
}

/// The reason why a known server refuses a connection now, for the log.
pub(super) fn in_short(error: &sqlx::Error, options: &PgConnectOptions) -> String {
    match (remedy(error, options), error) {
        (Some(Remedy::Mend(remedy) | Remedy::Wait(remedy)), _) => format!("{remedy}: {error}"),
        (None, sqlx::Error::Io(error)) => in_words(error, &address(options)),
        (None, error) => format!("{error} ({})", address(options)),
    }
}

/// Adds the address, which the driver's error lacks.
pub(super) fn with_address(error: sqlx::Error, options: &PgConnectOptions) -> sqlx::Error {
    match error {
        sqlx::Error::Io(error) => sqlx::Error::Io(io::Error::new(error.kind(), in_words(&error, &address(options)))),
        other => other,
    }
}

fn in_words(error: &io::Error, place: &str) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("connection refused ({place})"),
        io::ErrorKind::TimedOut => {
            format!(
                "no answer in time ({place}): the server is frozen or cut off, or a pooler there has no free connection of the server"
            )
        }
        io::ErrorKind::NotFound => format!("there is no such socket ({place})"),
        _ => format!("{error} ({place})"),
    }
}

/// Host and port, or the socket's path.
pub(super) fn address(options: &PgConnectOptions) -> String {
    let port = options.get_port();
    match options.get_socket() {
        Some(folder) => format!("{}/.s.PGSQL.{port}", folder.display()),
        None if options.get_host().starts_with('/') => format!("{}/.s.PGSQL.{port}", options.get_host()),
        None => format!("{}:{port}", options.get_host()),
    }
}

enum Remedy {
    /// PendingLookup may help; the operator can also act.
    Wait(String),
    /// PendingLookup does not help.
    Mend(String),
}

fn remedy(error: &sqlx::Error, options: &PgConnectOptions) -> Option<Remedy> {
    let mend = |text: &str| Some(Remedy::Mend(text.to_owned()));
    match error {
        sqlx::Error::Tls(why) if why.to_string().contains("does not support TLS") => {
            mend("the server has no TLS and sslmode asks for it: turn TLS on there, or say sslmode=prefer")
        }
        sqlx::Error::Tls(_) => {
            mend("TLS fails: name the file of the CA with sslrootcert=PATH, and the host as its certificate does")
        }
        sqlx::Error::Io(why) if why.kind() == io::ErrorKind::InvalidData => {
            mend("TLS fails: check sslmode, sslrootcert, sslcert and sslkey")
        }
        // The driver reads the TLS files when it connects.
        sqlx::Error::Io(why) if why.kind() == io::ErrorKind::NotFound && is_tcp(options) => {
            mend("a file that sslrootcert, sslcert or sslkey names does not exist")
        }
        sqlx::Error::Protocol(why) if why.contains("SSLRequest") => {
            mend("what listens there is not PostgreSQL: check host and port")
        }
        sqlx::Error::Configuration(_) => mend("check sslrootcert, sslcert and sslkey"),
        sqlx::Error::Database(refused) => of_code(&refused.code()?, refused.message(), options),
        _ => None,
    }
}

fn is_tcp(options: &PgConnectOptions) -> bool {
    options.get_socket().is_none() && !options.get_host().starts_with('/')
}

fn of_code(code: &str, message: &str, options: &PgConnectOptions) -> Option<Remedy> {
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    let remedy = match code {
        "28000" if message.contains("no encryption") || message.contains("SSL off") => {
            format!("the server does not let {user} in without TLS: say sslmode=require, or check pg_hba.conf there")
        }
        "28P01" => format!("the password of {user} is wrong or missing"),
        "28000" => format!("the server does not let {user} in: check the user, and pg_hba.conf there"),
        "3D000" => format!("there is no database {database:?}: create it (createdb {database}), or name another one"),
        "42501" => format!("{user} may not connect: GRANT CONNECT ON DATABASE {database} TO {user}"),
        "53300" => {
            return Some(Remedy::Wait(
                "the server has no connection left: lower DATABASE_POOL_SIZE, raise max_connections there, or put a pooler between".to_owned(),
            ));
        }
        "08P01" | "0A000" => match of_full_pooler(message) {
            Some(full) => return Some(Remedy::Wait(full.to_owned())),
            None => of_pooler(message)?.to_owned(),
        },
        _ => return None,
    };
    Some(Remedy::Mend(remedy))
}

/// The errors of a full pooler, which may have a free connection soon.
fn of_full_pooler(message: &str) -> Option<&'static str> {
    if message.contains("query_wait_timeout") {
        Some("the pooler had no free connection of the server: raise default_pool_size (or max_db_connections) there")
    } else if message.contains("no more connections allowed") {
        Some("the pooler takes no more clients: raise max_client_conn there, or lower DATABASE_POOL_SIZE")
    } else {
        None
    }
}

/// Selects by the message: PgBouncer has one code for all errors.
fn of_pooler(message: &str) -> Option<&'static str> {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["transaction blocks not allowed", "statement pooling"]) {
        Some("the pooler is in statement mode, in which there are no transactions: set pool_mode = transaction (or session)")
    } else if says(&["unsupported startup parameter", "startup"]) {
        Some(
            "the pooler refuses what options= in DATABASE_URL says: set it at the server (ALTER ROLE … SET …), or connect past the pooler",
        )
    } else if says(&["no such database", "no such user", "does not exist"]) {
        Some("the pooler does not know this database or user: check DATABASE_URL, and [databases] and auth_file there")
    } else if says(&["password", "auth", "SASL"]) {
        Some("the pooler does not let this user in: check the password, and auth_file there")
    } else if says(&["SSL required", "TLS"]) {
        Some("the pooler takes no connection without TLS: say sslmode=require")
    } else {
        None
    }
}
