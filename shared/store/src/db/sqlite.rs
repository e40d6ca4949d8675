//! Opens the SQLite file.

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool,
    error::ErrorKind,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::time::{Instant, sleep};

use super::{Db, TIMEOUT, identity::Identity, tx::Tx};
use crate::{Connections, StoreError, error::Cause, url::SqliteLocation};

/// Readers wait neither for the writer nor for each other; more of them would wait for the CPU.
const READERS: u32 = 4;
/// The pause between attempts to open a busy file.
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the write lock.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// A write that is rolled back.
const TRIAL_WRITE: &str = "CREATE TABLE IF NOT EXISTS _catamaran_trial (number INTEGER)";

const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const READONLY: u32 = 8;
const IOERR: u32 = 10;
const CANTOPEN: u32 = 14;
const PROTOCOL: u32 = 15;
const NOTADB: u32 = 26;

pub(super) async fn open(place: &SqliteLocation) -> Result<Db, StoreError> {
    let path = place.path();
    if let Some(other) = place.probably_meant() {
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

/// SQLite has one writer at a time. A queue for one connection is fairer than polling for the lock. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Files {
    /// The connections for reading.
    read: SqlitePool,
    /// The connection for writing.
    write: SqlitePool,
    identity: Identity,
}

impl Files {
    async fn open(path: &Path) -> sqlx::Result<Self> {
        let write = writer_when_free(path).await?;
        let read = pool_of(READERS).connect_with(options(path).read_only(true)).await?;
        // A deleted file must not be created again as an empty one.
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

    /// Opens a transaction that takes the write lock at once. Otherwise a transaction that reads before it writes fails at once if another
    /// process writes in between.
    pub(crate) async fn begin(&self) -> sqlx::Result<Tx<PoolConnection<Sqlite>>> {
        Tx::begin(self.write().await?, BEGIN).await
    }

    pub(super) fn check_space(&self) -> sqlx::Result<()> {
        Ok(self.identity.check_space()?)
    }

    /// The writer, for migrations.
    pub(super) fn writer(&self) -> &SqlitePool {
        &self.write
    }

    /// Those of readers and the writer.
    pub(super) fn connections(&self) -> Connections {
        Connections::of(&self.read).and(Connections::of(&self.write))
    }

    /// Closes the writer last: the last connection removes the log, which a reader may not.
    pub(super) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Returns a connection to the pool, unless its failed statement may have broken it.
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

/// Retries while busy. SQLite does not wait for a lock when it changes a file to the write-ahead log, so processes that start together on a
/// new file may be refused.
async fn writer_when_free(path: &Path) -> sqlx::Result<SqlitePool> {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        match writer(path).await {
            Err(error) if code(&error) == Some(BUSY) && Instant::now() < deadline => sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
}

async fn writer(path: &Path) -> sqlx::Result<SqlitePool> {
    let pool = pool_of(1).connect_with(writer_options(path)).await?;
    // Only a write shows that a file is read-only: it opens, and even locks, without an error.
    let mut tx = Tx::begin(pool.acquire().await?, BEGIN).await?;
    sqlx::raw_sql(TRIAL_WRITE).execute(&mut *tx).await?;
    tx.rollback().await?;
    Ok(pool)
}

fn writer_options(path: &Path) -> SqliteConnectOptions {
    options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // With a write-ahead log this survives a killed process. A power cut may lose the last commits, never the file.
        .synchronous(SqliteSynchronous::Normal)
        .optimize_on_close(true, None)
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).foreign_keys(true).busy_timeout(TIMEOUT)
}

/// Connections to a file do not go stale, so they are kept for ever.
fn pool_of(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(TIMEOUT + Duration::from_secs(1))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Finds the reason from outside, since SQLite only says "unable to open database file".
async fn explain(path: &Path, error: sqlx::Error) -> StoreError {
    let shown = path.display();
    let folder = folder_of(path);
    let remedy = match code(&error) {
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
    let cause = Cause::new(format!("cannot open the SQLite file {shown}: {remedy}"));
    if code(&error) == Some(BUSY) && !remedy.contains("cannot lock") {
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

/// Tries to lock a new file that no other process knows.
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
