//! Detects a pooler (such as PgBouncer) between this program and PostgreSQL.
//!
//! In transaction mode a pooler may use another server connection for each transaction. So nothing outlives a transaction: no startup
//! options, prepared statements, session settings or session locks. The same code works in session mode. Statement mode has no transactions
//! and is refused.

use sqlx::{Connection as _, PgConnection, Row as _, postgres::PgConnectOptions};

use super::{postgres::connect, refusal};
use crate::{StoreError, error::Cause};

/// How statements reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionMode {
    /// Each connection is a session of the server.
    Direct,
    /// A pooler is between.
    Pooled,
}

/// A setting without meaning. It comes back only if the startup options have reached the session that answers.
const MARKER: (&str, &str) = ("catamaran.link", "direct");
const READ_MARKER: &str =
    "SELECT COALESCE(current_setting('catamaran.link', true), ''), current_setting('transaction_read_only')";

/// The server's limits. They end slow statements, which would hold locks and a connection, and the transactions of vanished clients.
const LIMITS: [(&str, &str); 2] = [("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s")];

impl ConnectionMode {
    /// The SQL that opens a transaction, with the limits if the connection could not set them.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::Direct => "BEGIN",
            Self::Pooled => "BEGIN; SET LOCAL statement_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '10s'",
        }
    }

    /// The options of connections in the pool.
    pub(super) fn limited(self, options: &PgConnectOptions) -> PgConnectOptions {
        match self {
            Self::Direct => self.plain(options).options(LIMITS),
            Self::Pooled => self.plain(options),
        }
    }

    /// The options of connections outside the pool.
    pub(super) fn plain(self, options: &PgConnectOptions) -> PgConnectOptions {
        // PgBouncer before 1.20 refuses `extra_float_digits`; we store no floats.
        let options = options.clone().extra_float_digits(None);
        match self {
            Self::Direct => options,
            Self::Pooled => options.statement_cache_capacity(0),
        }
    }
}

/// Connects once to detect a pooler. `is_pooled`: the address already names one.
pub(super) async fn detect(options: &PgConnectOptions, is_pooled: bool) -> Result<ConnectionMode, StoreError> {
    let refused = |error| refusal::explain(error, options);
    if !is_pooled {
        match connect(&ConnectionMode::Direct.limited(options).options([MARKER])).await {
            Ok(connection) => return detect_mode(connection, options).await,
            Err(error) if !is_about_parameters(&error) => return Err(refused(error)),
            Err(_) => {}
        }
    }
    let connection = connect(&ConnectionMode::Pooled.plain(options)).await.map_err(refused)?;
    detect_mode(connection, options).await.map(|_| ConnectionMode::Pooled)
}

/// Whether a pooler refuses the startup options: with a protocol violation or an unsupported feature, unlike PostgreSQL.
fn is_about_parameters(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("08P01" | "0A000"))
}

/// Asks in a transaction, as always behind a pooler.
async fn detect_mode(mut connection: PgConnection, options: &PgConnectOptions) -> Result<ConnectionMode, StoreError> {
    let refused = |error| refusal::explain(error, options);
    sqlx::raw_sql("BEGIN").execute(&mut connection).await.map_err(refused)?;
    let row = sqlx::raw_sql(READ_MARKER).fetch_one(&mut connection).await.map_err(refused)?;
    let (mark, read_only): (String, String) = (row.get(0), row.get(1));
    // Closes properly: poolers reuse only connections that were closed properly.
    let _left = connection.close().await;
    if read_only == "on" {
        return Err(StoreError::Internal(Cause::new(format!(
            "the database at {} only reads (a replica, or default_transaction_read_only): name the primary server",
            refusal::address(options)
        ))));
    }
    Ok(if mark == MARKER.1 { ConnectionMode::Direct } else { ConnectionMode::Pooled })
}
