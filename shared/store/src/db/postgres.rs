//! Opens the pool of PostgreSQL connections.

use std::{str::FromStr, time::Duration};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Db, PATIENCE};
use crate::{DatabaseUrl, StoreError};

/// For each process. Two servers with some processes each stay below the 20 that the smallest hosted databases allow.
const CONNECTIONS: u32 = 8;

pub(super) async fn open(text: &str, shown: &DatabaseUrl) -> Result<Db, StoreError> {
    let refused = |error| StoreError::sort(format!("connecting to {shown}"), error);
    let options = PgConnectOptions::from_str(text).map_err(refused)?.application_name("catamaran");
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .max_lifetime(Duration::from_secs(30 * 60))
        .connect_with(limited(options.clone()))
        .await
        .map_err(refused)?;
    Ok(Db::Postgres { pool, options: Box::new(options) })
}

/// The server ends what takes too long, so that one slow question does not hold its locks and its connection for ever, and
/// ends the transaction of a client that has vanished without a word.
fn limited(options: PgConnectOptions) -> PgConnectOptions {
    options.options([("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s")])
}
