//! One interface to the two databases. One SQL text serves both: SQLite also reads `$1`.

mod identity;
mod link;
mod locks;
mod migrate;
mod pooler;
mod postgres;
mod probe;
mod refusal;
mod rights;
pub(crate) mod sqlite;
mod tx;

use std::{future::Future, time::Duration};

pub(crate) use self::{locks::RowLocks, probe::Probe};

/// A transaction with the write lock of the file.
pub(crate) type SqliteTx = tx::Tx<sqlx::pool::PoolConnection<sqlx::Sqlite>>;
/// A transaction on PostgreSQL.
pub(crate) type PostgresTx = tx::Tx<link::Link>;

pub(crate) use self::postgres::Server;
use self::sqlite::Files;
use crate::{Connections, DatabaseUrl, PoolSize, StoreError, error::Cause, url::Location};

/// The time limit of a query. A frozen server, or a network that drops packets, returns no error. Longer than the databases' own limits,
/// since their errors say more.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
/// The time limit for getting a connection or the file's lock.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The pools. Cheap to clone.
#[derive(Clone)]
pub(crate) enum Db {
    /// A SQLite file.
    Sqlite(Files),
    /// PostgreSQL, directly or behind a pooler.
    Postgres(Server),
}

impl Db {
    pub(crate) async fn open(url: &DatabaseUrl, size: PoolSize) -> Result<Self, StoreError> {
        match url.place() {
            Location::Sqlite(place) => sqlite::open(place).await,
            Location::Postgres(place) => postgres::open(place, size).await,
        }
    }

    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(files) => migrate::sqlite(files.writer()).await,
            Self::Postgres(server) => migrate::postgres(server.options()).await,
        }
    }

    pub(crate) async fn check_schema(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(files) => migrate::check_sqlite(files.writer()).await,
            Self::Postgres(server) => migrate::check_postgres(server.options()).await,
        }
    }

    pub(crate) fn connections(&self) -> Connections {
        match self {
            Self::Sqlite(files) => files.connections(),
            Self::Postgres(server) => server.connections(),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(files) => files.close().await,
            Self::Postgres(server) => server.close().await,
        }
    }
}

/// Runs a query within the time limit and classifies its error. `doing` is for the log: "listing rooms".
pub(crate) async fn query<T>(doing: &'static str, work: impl Future<Output = sqlx::Result<T>>) -> Result<T, StoreError> {
    match tokio::time::timeout(DEADLINE, work).await {
        Ok(outcome) => outcome.map_err(|error| StoreError::sort(doing, error)),
        Err(_) => Err(StoreError::Unavailable(Cause::new(format!("{doing}: no answer within {} s", DEADLINE.as_secs())))),
    }
}

/// Evaluates the expression on a connection to either database, for one statement that only reads.
macro_rules! read {
    ($db:expr, $pool:ident => $work:expr) => {
        $crate::db::statement!($db, read, $pool => $work)
    };
}

/// Evaluates the expression on a connection to either database, for one statement that writes.
macro_rules! write {
    ($db:expr, $pool:ident => $work:expr) => {
        $crate::db::statement!($db, write, $pool => $work)
    };
}

/// One statement. Behind a pooler it gets its own transaction.
macro_rules! statement {
    ($db:expr, $sqlite:ident, $pool:ident => $work:expr) => {
        match $db {
            $crate::db::Db::Sqlite(files) => {
                let mut connection = files.$sqlite().await?;
                let $pool = &mut *connection;
                let outcome = $work;
                $crate::db::sqlite::give_back(connection, &outcome);
                outcome
            }
            $crate::db::Db::Postgres(server) => match server.direct().await? {
                Some(mut connection) => {
                    let $pool = &mut connection;
                    $work
                }
                None => {
                    let mut tx = server.begin().await?;
                    let $pool = &mut *tx;
                    let outcome = $work;
                    if outcome.is_ok() {
                        tx.commit().await?;
                    }
                    outcome
                }
            },
        }
    };
}

/// Runs the block in a transaction of either database. The block commits; otherwise the transaction is rolled back.
macro_rules! transaction {
    ($db:expr, $tx:ident => $work:block) => {
        match $db {
            $crate::db::Db::Sqlite(files) => {
                let mut $tx = files.begin().await?;
                $work
            }
            $crate::db::Db::Postgres(server) => {
                let mut $tx = server.begin().await?;
                $work
            }
        }
    };
}

pub(crate) use {read, statement, transaction, write};

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_missing_answer_is_an_error() {
        let error = query("listing rooms", std::future::pending::<sqlx::Result<()>>()).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(error.to_string().contains("listing rooms: no answer within 10 s"), "{error}");
    }
}
