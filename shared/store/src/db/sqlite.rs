//! Opens the SQLite file.

use std::{path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::time::{Instant, sleep};

use super::{Db, PATIENCE};
use crate::{StoreError, error::Cause};

/// Readers do not wait for the writer nor for each other; more than these wait for the processor anyway.
const READERS: u32 = 4;
/// Between two attempts to open a file that others are opening.
const PAUSE: Duration = Duration::from_millis(20);

const BUSY: u32 = 5;
const READONLY: u32 = 8;
const CANTOPEN: u32 = 14;
const NOTADB: u32 = 26;

pub(super) async fn open(path: &Path) -> Result<Db, StoreError> {
    let write = patient_writer(path).await.map_err(|error| explain(path, error))?;
    let read = readers(path).await.map_err(|error| explain(path, error))?;
    Ok(Db::Sqlite { read, write })
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
    let options = options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // With a write-ahead log this is safe against a killed process; a power cut may cost the last moments, never the file.
        .synchronous(SqliteSynchronous::Normal)
        .optimize_on_close(true, None);
    let pool = pool_of(1).connect_with(options).await?;
    // A file that cannot be written opens without complaint: only taking the write lock tells.
    pool.begin_with("BEGIN IMMEDIATE").await?.rollback().await?;
    Ok(pool)
}

async fn readers(path: &Path) -> sqlx::Result<SqlitePool> {
    pool_of(READERS).connect_with(options(path).read_only(true)).await
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
fn explain(path: &Path, error: sqlx::Error) -> StoreError {
    let shown = path.display();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let cure = match code(&error) {
        Some(CANTOPEN) if !folder.exists() => {
            format!("the folder {} does not exist; make it, or change DATABASE_URL", folder.display())
        }
        Some(CANTOPEN) if path.is_dir() => "it is a folder; name a file in it in DATABASE_URL".to_owned(),
        Some(READONLY | CANTOPEN) => format!("the file and its folder {} must be writable by this user", folder.display()),
        Some(NOTADB) => "it is some other kind of file; move it away, or change DATABASE_URL".to_owned(),
        _ => return StoreError::sort(format!("opening the SQLite file {shown}"), error),
    };
    StoreError::Internal(Cause::new(format!("cannot open the SQLite file {shown}: {cure}")).with(error))
}

/// The primary result code.
fn code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
