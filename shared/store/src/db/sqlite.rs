//! Opens the SQLite file.

use std::{path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Db, PATIENCE};
use crate::{StoreError, error::Cause};

/// Readers do not wait for the writer nor for each other; more than these wait for the processor anyway.
const READERS: u32 = 4;

pub(super) async fn open(path: &Path) -> Result<Db, StoreError> {
    let write = writer(path).await.map_err(|error| explain(path, error))?;
    let read = readers(path).await.map_err(|error| explain(path, error))?;
    Ok(Db::Sqlite { read, write })
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
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    let cure = match code.map(|code| code & 0xff) {
        Some(14) if !folder.exists() => {
            format!("the folder {} does not exist; make it, or change DATABASE_URL", folder.display())
        }
        Some(14) if path.is_dir() => "it is a folder; name a file in it in DATABASE_URL".to_owned(),
        Some(8 | 14) => format!("the file and its folder {} must be writable by this user", folder.display()),
        Some(26) => "it is some other kind of file; move it away, or change DATABASE_URL".to_owned(),
        _ => return StoreError::sort(format!("opening the SQLite file {shown}"), error),
    };
    StoreError::Internal(Cause::new(format!("cannot open the SQLite file {shown}: {cure}")).with(error))
}
