//! Whether a pooler (PgBouncer, or one like it) stands between us and PostgreSQL, and how to talk through it.
//!
//! A pooler in transaction mode gives each transaction another connection of the server. So behind a pooler nothing outlives a
//! transaction: no startup options, no prepared statements, no session's settings, no session's locks. The same works in session mode, so
//! the two are not told apart. In statement mode there are no transactions: it is refused.

use sqlx::{Connection as _, PgConnection, Row as _, postgres::PgConnectOptions};

use super::{postgres::connect, refusal};
use crate::{StoreError, error::Cause};

/// How statements go to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Each connection is a session of the server's own.
    Direct,
    /// A pooler stands between.
    Pooled,
}

/// A setting that nothing reads. It comes back where the startup options have reached the session that answers.
const MARK: (&str, &str) = ("catamaran.link", "direct");
const ASK_MARK: &str = "SELECT COALESCE(current_setting('catamaran.link', true), ''), current_setting('transaction_read_only')";

/// The server ends what takes too long, so that one slow statement does not hold its locks and its connection for ever, and
/// ends the transaction of a client that has vanished without a word.
const LIMITS: [(&str, &str); 2] = [("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s")];

impl Way {
    /// SQL that opens a transaction, with the limits where the connection could not be opened with them.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::Direct => "BEGIN",
            Self::Pooled => "BEGIN; SET LOCAL statement_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '10s'",
        }
    }

    /// For connections of the pool.
    pub(super) fn limited(self, options: &PgConnectOptions) -> PgConnectOptions {
        match self {
            Self::Direct => self.plain(options).options(LIMITS),
            Self::Pooled => self.plain(options),
        }
    }

    /// For a connection beside the pool.
    pub(super) fn plain(self, options: &PgConnectOptions) -> PgConnectOptions {
        // PgBouncer before 1.20 refuses `extra_float_digits`; no column of ours is a float.
        let options = options.clone().extra_float_digits(None);
        match self {
            Self::Direct => options,
            Self::Pooled => options.statement_cache_capacity(0),
        }
    }
}

/// Connects once and finds out. `is_pooled`: the address says so already.
pub(super) async fn detect(options: &PgConnectOptions, is_pooled: bool) -> Result<Way, StoreError> {
    let refused = |error| refusal::explain(error, options);
    if !is_pooled {
        match connect(&Way::Direct.limited(options).options([MARK])).await {
            Ok(connection) => return judge(connection, options).await,
            Err(error) if !is_about_parameters(&error) => return Err(refused(error)),
            Err(_) => {}
        }
    }
    let connection = connect(&Way::Pooled.plain(options)).await.map_err(refused)?;
    judge(connection, options).await.map(|_| Way::Pooled)
}

/// Poolers answer startup options with a protocol violation or an unsupported feature. PostgreSQL does neither.
fn is_about_parameters(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("08P01" | "0A000"))
}

/// In a transaction, as everything behind a pooler.
async fn judge(mut connection: PgConnection, options: &PgConnectOptions) -> Result<Way, StoreError> {
    let refused = |error| refusal::explain(error, options);
    sqlx::raw_sql("BEGIN").execute(&mut connection).await.map_err(refused)?;
    let row = sqlx::raw_sql(ASK_MARK).fetch_one(&mut connection).await.map_err(refused)?;
    let (mark, read_only): (String, String) = (row.get(0), row.get(1));
    // A pooler keeps connections apart by whether they were closed in order.
    let _left = connection.close().await;
    if read_only == "on" {
        return Err(StoreError::Internal(Cause::new(format!(
            "the database at {} only reads (a replica, or default_transaction_read_only): name the primary server",
            refusal::address(options)
        ))));
    }
    Ok(if mark == MARK.1 { Way::Direct } else { Way::Pooled })
}
