//! The two databases behind one face. One SQL text serves both: SQLite reads `$1` as PostgreSQL does.

mod locks;
mod migrate;
mod postgres;
mod sqlite;

use std::{future::Future, time::Duration};

use sqlx::{PgPool, SqlitePool, postgres::PgConnectOptions};

pub(crate) use locks::RowLocks;

use crate::{DatabaseUrl, StoreError, error::Cause, url::Place};

/// No answer within this is no answer: a server that is frozen, or a network that swallows packets, gives no error. Longer than
/// the limits that the databases keep themselves, since theirs say more.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
/// How long to wait for a connection, or for the file's lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// The pools. Cheap to clone.
#[derive(Clone)]
pub(crate) enum Db {
    /// SQLite has one writer at a time: waiting for a connection is fairer than polling for its lock.
    Sqlite {
        /// Connections that only read.
        read: SqlitePool,
        /// The one that writes.
        write: SqlitePool,
    },
    /// PostgreSQL.
    Postgres {
        /// Connections.
        pool: PgPool,
        /// Migrations have their own connection, with other limits.
        options: Box<PgConnectOptions>,
    },
}

impl Db {
    pub(crate) async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match url.place() {
            Place::Sqlite(path) => sqlite::open(path).await,
            Place::Postgres(text) => postgres::open(text, url).await,
        }
    }

    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { write, .. } => migrate::sqlite(write).await,
            Self::Postgres { options, .. } => migrate::postgres(options).await,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                // The writer last: the last connection to a file tidies its log away, which a reader may not.
                read.close().await;
                write.close().await;
            }
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }
}

/// Runs one of the store's questions within the deadline, and sorts its error. `doing` is for the log: "listing rooms".
pub(crate) async fn ask<T>(doing: &'static str, work: impl Future<Output = sqlx::Result<T>>) -> Result<T, StoreError> {
    match tokio::time::timeout(DEADLINE, work).await {
        Ok(outcome) => outcome.map_err(|error| StoreError::sort(doing, error)),
        Err(_) => Err(StoreError::Unavailable(Cause::new(format!("{doing}: no answer within {} s", DEADLINE.as_secs())))),
    }
}

/// The same expression on a pool of either database, for statements that only read.
macro_rules! read {
    ($db:expr, $pool:ident => $work:expr) => {
        match $db {
            $crate::db::Db::Sqlite { read: $pool, .. } => $work,
            $crate::db::Db::Postgres { pool: $pool, .. } => $work,
        }
    };
}

/// The same expression on a pool of either database, for one statement that writes.
macro_rules! write {
    ($db:expr, $pool:ident => $work:expr) => {
        match $db {
            $crate::db::Db::Sqlite { write: $pool, .. } => $work,
            $crate::db::Db::Postgres { pool: $pool, .. } => $work,
        }
    };
}

/// The same block in a transaction of either database. The block commits; one that ends otherwise is rolled back.
///
/// On SQLite the transaction has the write lock from its first moment: one that reads first and writes later fails at once
/// where another process wrote in between.
macro_rules! transaction {
    ($db:expr, $tx:ident => $work:block) => {
        match $db {
            $crate::db::Db::Sqlite { write, .. } => {
                let mut $tx = write.begin_with("BEGIN IMMEDIATE").await?;
                $work
            }
            $crate::db::Db::Postgres { pool, .. } => {
                let mut $tx = pool.begin().await?;
                $work
            }
        }
    };
}

pub(crate) use {read, transaction, write};

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_answer_ends_in_an_error() {
        let error = ask("listing rooms", std::future::pending::<sqlx::Result<()>>()).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(error.to_string().contains("listing rooms: no answer within 10 s"), "{error}");
    }
}
