//! Opens the SQLite file.

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool,
    error::ErrorKind,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::time::{Instant, sleep};

use super::{Db, PATIENCE, identity::Identity, tx::Tx};
use crate::{StoreError, error::Cause, url::SqlitePlace};

/// Readers do not wait for the writer nor for each other; more than these wait for the processor anyway.
const READERS: u32 = 4;
/// Between two attempts to open a file that others are opening.
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the write lock.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Rolled back.
const TRIAL: &str = "CREATE TABLE IF NOT EXISTS _catamaran_trial (number INTEGER)";

const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const READONLY: u32 = 8;
const IOERR: u32 = 10;
const CANTOPEN: u32 = 14;
const PROTOCOL: u32 = 15;
const NOTADB: u32 = 26;

pub(super) async fn open(place: &SqlitePlace) -> Result<Db, StoreError> {
    let path = place.path();
    if let Some(other) = place.mistaken() {
        return Err(StoreError::Internal(Cause::new(format!(
            "sqlite:/// stands before a relative path, as in Django; there is no file {}, but one at {}: for that one write sqlite:///{}",
            path.display(),
            other.display(),
            other.display()
        ))));
    }
    if place.must_exist() && !path.exists() {
        return Err(StoreError::Internal(Cause::new(format!(
            "there is no file {}, and mode=rw makes none: leave mode=rw out the first time",
            path.display()
        ))));
    }
    match Files::open(path).await {
        Ok(files) => Ok(Db::Sqlite(files)),
        Err(error) => Err(explain(path, error).await),
    }
}

/// SQLite has one writer at a time: waiting for a connection is fairer than polling for its lock. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Files {
    /// Connections that only read.
    read: SqlitePool,
    /// The one that writes.
    write: SqlitePool,
    identity: Identity,
}

impl Files {
    async fn open(path: &Path) -> sqlx::Result<Self> {
        let write = patient_writer(path).await?;
        let read = pool_of(READERS).connect_with(options(path).read_only(true)).await?;
        // A file that has gone must not come back empty.
        write.set_connect_options(writer_options(path).create_if_missing(false));
        Ok(Self { read, write, identity: Identity::of(path)? })
    }

    pub(crate) async fn read(&self) -> sqlx::Result<PoolConnection<Sqlite>> {
        self.identity.check()?;
        self.read.acquire().await
    }

    pub(crate) async fn write(&self) -> sqlx::Result<PoolConnection<Sqlite>> {
        self.identity.check()?;
        self.write.acquire().await
    }

    /// Opens a transaction that has the write lock from its first moment: one that reads first and writes later fails at once where
    /// another process wrote in between.
    pub(crate) async fn begin(&self) -> sqlx::Result<Tx<PoolConnection<Sqlite>>> {
        Tx::begin(self.write().await?, BEGIN).await
    }

    pub(super) fn check_space(&self) -> sqlx::Result<()> {
        Ok(self.identity.check_space()?)
    }

    /// For migrations.
    pub(super) fn writer(&self) -> &SqlitePool {
        &self.write
    }

    /// The writer last: the last connection to a file tidies its log away, which a reader may not.
    pub(super) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Gives a connection back after one statement, unless the statement failed for a reason that may lie in the connection.
pub(crate) fn give_back<T>(mut connection: PoolConnection<Sqlite>, outcome: &sqlx::Result<T>) {
    if outcome.as_ref().is_err_and(|error| !is_harmless(error)) {
        connection.close_on_drop();
    }
}

fn is_harmless(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(refused) => {
            !matches!(refused.kind(), ErrorKind::Other) || matches!(code(error), Some(BUSY | LOCKED))
        }
        sqlx::Error::RowNotFound => true,
        _ => false,
    }
}

/// SQLite does not wait for a lock where a file changes to the write-ahead log, so of several processes that start together on
/// a new file some are refused for a moment.
async fn patient_writer(path: &Path) -> sqlx::Result<SqlitePool> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match writer(path).await {
            Err(error) if code(&error) == Some(BUSY) && Instant::now() < deadline => sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
}

async fn writer(path: &Path) -> sqlx::Result<SqlitePool> {
    let pool = pool_of(1).connect_with(writer_options(path)).await?;
    // A file that cannot be written opens without complaint, and gives even the write lock: only writing tells.
    let mut tx = Tx::begin(pool.acquire().await?, BEGIN).await?;
    sqlx::raw_sql(TRIAL).execute(&mut *tx).await?;
    tx.rollback().await?;
    Ok(pool)
}

fn writer_options(path: &Path) -> SqliteConnectOptions {
    options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // With a write-ahead log this is safe against a killed process; a power cut may cost the last moments, never the file.
        .synchronous(SqliteSynchronous::Normal)
        .optimize_on_close(true, None)
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).foreign_keys(true).busy_timeout(PATIENCE)
}

/// Connections to a file do not go stale, so none is ever given up.
fn pool_of(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE + Duration::from_secs(1))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// SQLite says only "unable to open database file"; what is wrong can be seen from outside.
async fn explain(path: &Path, error: sqlx::Error) -> StoreError {
    let shown = path.display();
    let folder = folder_of(path);
    let cure = match code(&error) {
        Some(CANTOPEN) if !folder.exists() => {
            format!("the folder {} does not exist; make it, or change DATABASE_URL", folder.display())
        }
        Some(CANTOPEN) if path.is_dir() => "it is a folder; name a file in it in DATABASE_URL".to_owned(),
        Some(BUSY | PROTOCOL | IOERR | CANTOPEN) if cannot_lock(folder).await => {
            format!(
                "the disk of {} cannot lock files, as network disks often cannot; use a local disk or PostgreSQL",
                folder.display()
            )
        }
        Some(READONLY | CANTOPEN) => format!("the file and its folder {} must be writable by this user", folder.display()),
        Some(NOTADB) => {
            "it is some other kind of file, or an encrypted database; move it away, or change DATABASE_URL".to_owned()
        }
        Some(BUSY) => "another program holds it locked, or reads it in another mode".to_owned(),
        _ => return StoreError::sort(format!("opening the SQLite file {shown}"), error),
    };
    let cause = Cause::new(format!("cannot open the SQLite file {shown}: {cure}"));
    if code(&error) == Some(BUSY) && !cure.contains("cannot lock") {
        StoreError::Unavailable(cause.with(error))
    } else {
        StoreError::Internal(cause.with(error))
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A new file that nobody else knows can be locked on any disk that can lock.
async fn cannot_lock(folder: &Path) -> bool {
    let path = folder.join(format!(".catamaran-lock-{}", std::process::id()));
    let trial = async {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(
                SqliteConnectOptions::new()
                    .filename(&path)
                    .create_if_missing(true)
                    .busy_timeout(PAUSE)
                    .journal_mode(SqliteJournalMode::Wal),
            )
            .await?;
        Tx::begin(pool.acquire().await?, BEGIN).await?.rollback().await?;
        pool.close().await;
        Ok::<_, sqlx::Error>(())
    };
    let outcome = trial.await;
    for end in ["", "-wal", "-shm", "-journal"] {
        let _absent = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    matches!(outcome.as_ref().err().and_then(code), Some(BUSY | PROTOCOL | IOERR))
}

/// The primary result code.
fn code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
