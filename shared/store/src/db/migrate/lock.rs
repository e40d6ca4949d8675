//! Serialises the migrations of several processes.

use std::time::Duration;

use sqlx::PgConnection;
use tokio::time::{Instant, sleep};

/// The advisory lock of a migrating process, until its transaction ends. The letters of "catamara".
const LOCK: i64 = 0x6361_7461_6d61_7261;
/// The pause between attempts to take the lock.
const PAUSE: Duration = Duration::from_millis(250);
/// The interval of log lines while this process waits.
const REMIND: Duration = Duration::from_secs(5);
/// The maximum waiting time. Migrating much data takes minutes.
const TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// Waits for the lock, and logs the session that holds it.
pub(super) async fn wait(tx: &mut PgConnection) -> sqlx::Result<()> {
    let began = Instant::now();
    let mut next_word = began;
    while !take(tx).await? {
        if began.elapsed() > TIMEOUT {
            return Err(sqlx::Error::PoolTimedOut);
        }
        if Instant::now() >= next_word {
            next_word = Instant::now() + REMIND;
            log::warn!("waiting for another process to migrate the database: {}", holder(tx).await?);
        }
        sleep(PAUSE).await;
    }
    Ok(())
}

async fn take(tx: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(LOCK).fetch_one(tx).await
}

async fn holder(tx: &mut PgConnection) -> sqlx::Result<String> {
    let found: Option<(i32, String)> = sqlx::query_as(
        "SELECT l.pid, COALESCE(a.application_name, '') FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
           AND l.classid::bigint = $1 >> 32 AND l.objid::bigint = $1 & 4294967295
         LIMIT 1",
    )
    .bind(LOCK)
    .fetch_optional(tx)
    .await?;
    Ok(match found {
        Some((pid, name)) => {
            format!("server process {pid} ({name}) holds the lock; if it hangs, SELECT pg_terminate_backend({pid})")
        }
        None => "the lock has just been given back".to_owned(),
    })
}
