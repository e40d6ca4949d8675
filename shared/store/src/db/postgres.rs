//! The pool of PostgreSQL connections.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
};
use tokio::{sync::Mutex, time::timeout};

use super::{
    Db, TIMEOUT,
    link::Link,
    pooler::{self, ConnectionMode},
    refusal,
    tx::Tx,
};
use crate::{Connections, PoolSize, StoreError, url::PostgresLocation};

/// The pool and its mode. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Server {
    pool: PgPool,
    way: ConnectionMode,
    /// The options of connections outside the pool, without its limits.
    options: Box<PgConnectOptions>,
    /// The last answer to the question why the pool gets no connection.
    asked: Arc<Mutex<Option<TimedReason>>>,
}

/// The time of the answer, and the answer.
type TimedReason = (Instant, String);

/// How long the answer is reused, and its time limit: the callers have already waited for the pool.
const REUSED_FOR: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(2);

const POOLER_FULL: &str = "the pooler has no free connection of the server: raise default_pool_size (or max_db_connections) there, \
    or end what holds them; SHOW POOLS at the pooler counts the clients that wait";

fn full(why: &str) -> sqlx::Error {
    sqlx::Error::Io(io::Error::other(why.to_owned()))
}

pub(super) async fn open(place: &PostgresLocation, size: PoolSize) -> Result<Db, StoreError> {
    let options = place.options().clone();
    let way = pooler::detect(&options, place.is_pooled()).await?;
    let pool = PgPoolOptions::new()
        .max_connections(size.get())
        .acquire_timeout(TIMEOUT)
        .max_lifetime(Duration::from_secs(30 * 60))
        .connect_lazy_with(way.limited(&options));
    Ok(Db::Postgres(Server { pool, way, options: Box::new(way.plain(&options)), asked: Arc::default() }))
}

/// Connects once, outside the pool: the pool would retry until its timeout and then not tell the reason.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    match timeout(TIMEOUT, options.connect()).await {
        Ok(outcome) => outcome,
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

impl Server {
    /// A connection for one statement without a transaction. `None` behind a pooler, which may parse and run a statement on two server
    /// connections.
    pub(crate) async fn direct(&self) -> sqlx::Result<Option<Link>> {
        match self.way {
            ConnectionMode::Direct => self.acquire().await.map(Some),
            ConnectionMode::Pooled => Ok(None),
        }
    }

    pub(crate) async fn begin(&self) -> sqlx::Result<Tx<Link>> {
        let opened = Tx::begin(self.acquire().await?, self.way.begin());
        match self.way {
            ConnectionMode::Direct => opened.await,
            // A pooler lets clients wait for a free server connection.
            ConnectionMode::Pooled => timeout(TIMEOUT, opened).await.unwrap_or_else(|_| Err(full(POOLER_FULL))),
        }
    }

    /// Sends several statements in one message, as one transaction, and returns the rows of all of them. Each statement sees what was committed
    /// before it began.
    pub(crate) async fn batch(&self, statements: String) -> sqlx::Result<Vec<PgRow>> {
        let statements = sqlx::raw_sql(AssertSqlSafe(statements));
        if let Some(mut connection) = self.direct().await? {
            return statements.fetch_all(&mut connection).await;
        }
        let mut tx = self.begin().await?;
        let rows = statements.fetch_all(&mut *tx).await?;
        tx.commit().await?;
        Ok(rows)
    }

    async fn acquire(&self) -> sqlx::Result<Link> {
        match self.pool.acquire().await {
            Ok(connection) => Ok(Link::new(connection, self.way == ConnectionMode::Direct)),
            Err(sqlx::Error::PoolTimedOut) => Err(full(&self.reason_for_no_connection().await)),
            Err(error) => Err(error),
        }
    }

    /// Finds the reason why the pool got no connection: one attempt outside the pool, shared by all callers for some seconds.
    async fn reason_for_no_connection(&self) -> String {
        let mut asked = self.asked.lock().await;
        if let Some((_, why)) = asked.as_ref().filter(|(at, _)| at.elapsed() < REUSED_FOR) {
            return why.clone();
        }
        let why = match timeout(ANSWER, self.options.connect()).await {
            Ok(Ok(connection)) => self.reason_for_taken_connections(connection).await,
            Ok(Err(error)) => refusal::in_short(&error, &self.options),
            Err(_) => refusal::in_short(&sqlx::Error::Io(io::ErrorKind::TimedOut.into()), &self.options),
        };
        *asked = Some((Instant::now(), why.clone()));
        why
    }

    /// A connection outside the pool succeeded: so the pool's are all in use, or a pooler has no free server connection.
    async fn reason_for_taken_connections(&self, mut connection: PgConnection) -> String {
        if self.way == ConnectionMode::Pooled && timeout(ANSWER, connection.ping()).await.is_err() {
            return POOLER_FULL.to_owned();
        }
        let _ = timeout(ANSWER, connection.close()).await;
        let size = self.pool.options().get_max_connections();
        format!("all {size} connections of this process are taken: raise DATABASE_POOL_SIZE, or start another process")
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) fn connections(&self) -> Connections {
        Connections::of(&self.pool)
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}
