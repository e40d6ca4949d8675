//! Checks whether the database answers and accepts writes, at most once a second.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use super::{Db, query, rights, write};
use crate::{StoreError, error::Cause};

/// How long a result is reused, so that frequent health checks do not load the database.
const REUSED_FOR: Duration = Duration::from_secs(1);

/// The last result, shared by all clones.
#[derive(Clone, Default)]
pub(crate) struct Probe(Arc<Mutex<Option<Answer>>>);

struct Answer {
    at: Instant,
    outcome: Result<(), StoreError>,
}

impl Probe {
    /// While one caller queries the database, the others wait for its result.
    pub(crate) async fn answer(&self, db: &Db) -> Result<(), StoreError> {
        let mut last = self.0.lock().await;
        if let Some(answer) = last.as_ref().filter(|answer| answer.at.elapsed() < REUSED_FOR) {
            return answer.outcome.clone();
        }
        let outcome = ask_all(db).await;
        *last = Some(Answer { at: Instant::now(), outcome: outcome.clone() });
        outcome
    }
}

/// Checks the rights first: without one on its own table, the write would not report the others.
async fn ask_all(db: &Db) -> Result<(), StoreError> {
    rights::check(db).await?;
    write_something(db).await
}

/// A full disk, a read-only file and a standby fail only on a committed write. The row keeps its value.
async fn write_something(db: &Db) -> Result<(), StoreError> {
    if let Db::Sqlite(files) = db {
        files.check_space().map_err(|error| StoreError::sort("looking at the disk", error))?;
    }
    let written = query("trying to write", async {
        write!(db, pool => sqlx::query("UPDATE _sqlx_migrations SET execution_time = execution_time WHERE version = 1")
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))
    })
    .await?;
    if written == 1 {
        Ok(())
    } else {
        Err(StoreError::Internal(Cause::new("the database has no tables of this program: restart it, which makes them")))
    }
}
