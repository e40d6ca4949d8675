//! The store. Its queries are in the files of their tables.

use std::fmt;

use crate::{
    Connections, DatabaseUrl, PoolSize, StoreError, Timestamp,
    db::{Db, Probe, query, read},
};

/// A database with its connections. Clones share the connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    probe: Probe,
}

impl Store {
    /// Opens the database; a missing SQLite file is created. [`migrate`](Self::migrate) creates the tables.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the server does not answer (yet), [`StoreError::Internal`] if waiting will not help. The text has the
    /// remedy.
    pub async fn connect(url: &DatabaseUrl) -> Result<Self, StoreError> {
        Self::connect_with(url, PoolSize::default()).await
    }

    /// As [`connect`](Self::connect), with another number of connections to PostgreSQL.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_with(url: &DatabaseUrl, size: PoolSize) -> Result<Self, StoreError> {
        Ok(Self { db: Db::open(url, size).await?, probe: Probe::default() })
    }

    /// Migrates the tables to this program's schema. Safe at each start, also of several processes at once. The schema of a later release is
    /// left as it is.
    ///
    /// # Errors
    /// A later release took away what the program uses, the schema was edited by hand, or the database is unreachable.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.db.migrate().await
    }

    /// Checks that the program can use the tables, without changing them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if migrations are missing: another process may be applying them. Otherwise as [`migrate`](Self::migrate).
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        self.db.check_schema().await
    }

    /// Whether the database answers and accepts writes, for health checks. Queries the database at most once a second, with an `UPDATE`
    /// without effect.
    ///
    /// # Errors
    /// It does not answer within 5 to 10 s, or the disk is full, the database is read-only, or tables are missing.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.probe.answer(&self.db).await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not answer within 5 to 10 s.
    pub async fn ping(&self) -> Result<(), StoreError> {
        query("asking whether the database answers", async {
            read!(&self.db, pool => sqlx::query("SELECT 1").execute(pool).await.map(drop))
        })
        .await
    }

    /// The database's own time, in Unix milliseconds. `None` for SQLite, which uses this machine's clock.
    ///
    /// # Errors
    /// The database.
    pub async fn database_time(&self) -> Result<Option<Timestamp>, StoreError> {
        if matches!(self.db, Db::Sqlite(_)) {
            return Ok(None);
        }
        query("asking for the database's time", async {
            // Not `now()`, which is constant within a transaction.
            read!(&self.db, pool => sqlx::query_scalar("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT")
                .fetch_one(pool)
                .await
                .map(Some))
        })
        .await
    }

    /// The use of this process's connections, for metrics. Asks the database nothing.
    pub fn connections(&self) -> Connections {
        self.db.connections()
    }

    /// Waits for running queries and closes all connections. Later queries return [`StoreError::Unavailable`].
    pub async fn close(&self) {
        self.db.close().await;
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.db {
            Db::Sqlite(_) => "SQLite",
            Db::Postgres(_) => "PostgreSQL",
        };
        write!(f, "Store({kind})")
    }
}
