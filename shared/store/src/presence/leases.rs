//! Leases of processes.

use std::collections::BTreeSet;

use super::ONLY_THROUGH;
use crate::{
    Lease, ProcessId, RoomId, Store, StoreError, Timestamp, UserId,
    db::{RowLocks, ask, transaction, write},
};

/// How long a reaped lease is remembered, in milliseconds: a process that wakes up within a day is told that it lost its people.
const REMEMBERED: i64 = 24 * 60 * 60 * 1000;

/// Takes away all who are present through a process, and says who of them went offline by it.
macro_rules! withdraw {
    ($tx:ident, $process:expr, $now:expr) => {{
        RowLocks::lock_people_of(&mut *$tx, $process).await?;
        let gone: Vec<(RoomId, UserId)> = sqlx::query_as(ONLY_THROUGH).bind($now).bind($process).fetch_all(&mut *$tx).await?;
        sqlx::query("DELETE FROM presence WHERE process_id = $1").bind($process).execute(&mut *$tx).await?;
        gone
    }};
}

impl Store {
    /// Takes a process's lease, or holds on to it, until `until`. Call it before the first [`enter`](Self::enter), and then
    /// several times within each lease.
    ///
    /// # Errors
    /// The database.
    pub async fn renew_lease(&self, process: ProcessId, now: Timestamp, until: Timestamp) -> Result<Lease, StoreError> {
        let renewed = ask("renewing a lease", async {
            write!(&self.db, pool => sqlx::query("UPDATE leases SET expires_at = $2 WHERE process_id = $1 AND reaped_at IS NULL")
                .bind(process)
                .bind(until)
                .execute(pool)
                .await
                .map(|done| done.rows_affected() == 1))
        })
        .await?;
        if renewed { Ok(Lease::Renewed) } else { ask("taking a lease", self.take_lease(process, now, until)).await }
    }

    async fn take_lease(&self, process: ProcessId, now: Timestamp, until: Timestamp) -> sqlx::Result<Lease> {
        transaction!(&self.db, tx => {
            let reaped = sqlx::query("DELETE FROM leases WHERE process_id = $1").bind(process).execute(&mut *tx).await?;
            sqlx::query("INSERT INTO leases (process_id, taken_at, expires_at) VALUES ($1, $2, $3)")
                .bind(process)
                .bind(now)
                .bind(until)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(if reaped.rows_affected() == 0 { Lease::Fresh } else { Lease::Lost })
        })
    }

    /// Gives a process's lease back, at a graceful stop. Who went offline by it.
    ///
    /// # Errors
    /// The database; the lease then runs out by itself.
    pub async fn end_lease(&self, process: ProcessId, now: Timestamp) -> Result<Vec<(RoomId, UserId)>, StoreError> {
        ask("ending a lease", async {
            transaction!(&self.db, tx => {
                let gone = withdraw!(tx, process, now);
                // Last: who enters meanwhile locks a person first and this row second, too.
                sqlx::query("DELETE FROM leases WHERE process_id = $1").bind(process).execute(&mut *tx).await?;
                tx.commit().await?;
                Ok(gone)
            })
        })
        .await
    }

    /// Ends the leases that have run out, and forgets those that did over a day ago. Who went offline by it. Of several
    /// processes that reap at once, one gets each lease.
    ///
    /// # Errors
    /// The database; the next one to reap makes up for it.
    pub async fn reap(&self, now: Timestamp) -> Result<Vec<(RoomId, UserId)>, StoreError> {
        ask("reaping leases", async {
            transaction!(&self.db, tx => {
                let dead: Vec<ProcessId> = sqlx::query_scalar(
                    "UPDATE leases SET reaped_at = $1 WHERE reaped_at IS NULL AND expires_at <= $1 RETURNING process_id",
                )
                .bind(now)
                .fetch_all(&mut *tx)
                .await?;
                let mut gone = BTreeSet::new();
                for process in dead {
                    gone.extend(withdraw!(tx, process, now));
                }
                sqlx::query("DELETE FROM leases WHERE reaped_at < $1").bind(now - REMEMBERED).execute(&mut *tx).await?;
                tx.commit().await?;
                Ok(gone.into_iter().collect())
            })
        })
        .await
    }
}
