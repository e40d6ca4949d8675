//! The door to the database. What can be asked of it is in the file of each table.

use std::fmt;

use crate::{
    DatabaseUrl, PoolSize, StoreError, Timestamp,
    db::{Db, Probe, ask, read},
};

/// A database with its connections. Cheap to clone; every clone has the same connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    probe: Probe,
}

impl Store {
    /// Opens the database; a SQLite file is made where there is none. The tables come with [`migrate`](Self::migrate).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the server does not answer (yet), [`StoreError::Internal`] where waiting will not help:
    /// the text says what to do.
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

    /// Brings the tables to the form that this program knows. Safe at every start, and when several processes start at once.
    ///
    /// # Errors
    /// The database is newer than the program, was changed by hand, or is out of reach.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.db.migrate().await
    }

    /// Whether the database answers and takes writes, for health checks: however often it is asked, the database is asked at most once a
    /// second, with an `UPDATE` that changes nothing.
    ///
    /// # Errors
    /// It does not: within 5 s to 10 s. A full disk, a read-only database, tables that are missing.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.probe.answer(&self.db).await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not: within 5 s to 10 s.
    pub async fn ping(&self) -> Result<(), StoreError> {
        ask("asking whether the database answers", async {
            read!(&self.db, pool => sqlx::query("SELECT 1").execute(pool).await.map(drop))
        })
        .await
    }

    /// The database's own time, in Unix milliseconds. `None`: it has none but this machine's (SQLite).
    ///
    /// # Errors
    /// The database.
    pub async fn database_time(&self) -> Result<Option<Timestamp>, StoreError> {
        if matches!(self.db, Db::Sqlite(_)) {
            return Ok(None);
        }
        ask("asking for the database's time", async {
            // Not `now()`, which stands still in a transaction.
            read!(&self.db, pool => sqlx::query_scalar("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT")
                .fetch_one(pool)
                .await
                .map(Some))
        })
        .await
    }

    /// Waits for what is under way and closes all connections. Whatever is asked later is [`StoreError::Unavailable`].
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
