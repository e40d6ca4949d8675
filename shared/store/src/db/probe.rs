//! Whether the database answers and takes writes, asked at most once a second.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use super::{Db, ask, rights, write};
use crate::{StoreError, error::Cause};

/// How long an answer is good for: however often health is asked for, the database is not.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// The last answer. Cheap to clone; every clone has the same one.
#[derive(Clone, Default)]
pub(crate) struct Probe(Arc<Mutex<Option<Answer>>>);

struct Answer {
    at: Instant,
    outcome: Result<(), StoreError>,
}

impl Probe {
    /// While one caller asks the database, the others wait for its answer.
    pub(crate) async fn answer(&self, db: &Db) -> Result<(), StoreError> {
        let mut last = self.0.lock().await;
        if let Some(answer) = last.as_ref().filter(|answer| answer.at.elapsed() < GOOD_FOR) {
            return answer.outcome.clone();
        }
        let outcome = ask_all(db).await;
        *last = Some(Answer { at: Instant::now(), outcome: outcome.clone() });
        outcome
    }
}

/// The rights first: without one on its own table, the write would not say what else is missing.
async fn ask_all(db: &Db) -> Result<(), StoreError> {
    rights::check(db).await?;
    write_something(db).await
}

/// A full disk, a read-only file and a standby show only when something is written and committed. The row gets the value that it has.
async fn write_something(db: &Db) -> Result<(), StoreError> {
    if let Db::Sqlite(files) = db {
        files.check_space().map_err(|error| StoreError::sort("looking at the disk", error))?;
    }
    let written = ask("trying to write", async {
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
