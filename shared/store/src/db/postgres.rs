//! The pool of PostgreSQL connections.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{sync::Mutex, time::timeout};

use super::{
    Db, PATIENCE,
    link::Link,
    pooler::{self, Way},
    refusal,
    tx::Tx,
};
use crate::{PoolSize, StoreError, url::PostgresPlace};

/// The pool and how to talk through it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Server {
    pool: PgPool,
    way: Way,
    /// For connections beside the pool: without its limits.
    options: Box<PgConnectOptions>,
    /// When the server was last asked why the pool gets no connection, and what it said.
    asked: Arc<Mutex<Option<Asked>>>,
}

/// When it was asked, and its answer.
type Asked = (Instant, String);

/// How long that answer is good for, and how long it may take: whoever asks has waited for the pool already.
const ASKED: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(2);

const POOLER_FULL: &str = "the pooler has no free connection of the server: raise default_pool_size (or max_db_connections) there, \
    or end what holds them; SHOW POOLS at the pooler counts the clients that wait";

fn full(why: &str) -> sqlx::Error {
    sqlx::Error::Io(io::Error::other(why.to_owned()))
}

pub(super) async fn open(place: &PostgresPlace, size: PoolSize) -> Result<Db, StoreError> {
    let options = place.options().clone();
    let way = pooler::detect(&options, place.is_pooled()).await?;
    let pool = PgPoolOptions::new()
        .max_connections(size.get())
        .acquire_timeout(PATIENCE)
        .max_lifetime(Duration::from_secs(30 * 60))
        .connect_lazy_with(way.limited(&options));
    Ok(Db::Postgres(Server { pool, way, options: Box::new(way.plain(&options)), asked: Arc::default() }))
}

/// Connects once, beside the pool: the pool would try again until its time is over and then not say why.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    match timeout(PATIENCE, options.connect()).await {
        Ok(outcome) => outcome,
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

impl Server {
    /// A connection for one statement outside of a transaction. `None` behind a pooler: it may give the two halves of a statement,
    /// parsing and running it, to two connections of the server.
    pub(crate) async fn direct(&self) -> sqlx::Result<Option<Link>> {
        match self.way {
            Way::Direct => self.acquire().await.map(Some),
            Way::Pooled => Ok(None),
        }
    }

    pub(crate) async fn begin(&self) -> sqlx::Result<Tx<Link>> {
        let opened = Tx::begin(self.acquire().await?, self.way.begin());
        match self.way {
            Way::Direct => opened.await,
            // A pooler lets a client wait until it has a connection of the server for it.
            Way::Pooled => timeout(PATIENCE, opened).await.unwrap_or_else(|_| Err(full(POOLER_FULL))),
        }
    }

    async fn acquire(&self) -> sqlx::Result<Link> {
        match self.pool.acquire().await {
            Ok(connection) => Ok(Link::new(connection, self.way == Way::Direct)),
            Err(sqlx::Error::PoolTimedOut) => Err(full(&self.why_none().await)),
            Err(error) => Err(error),
        }
    }

    /// The pool got no connection in time and does not say why: one attempt beside it does, for all callers of some seconds.
    async fn why_none(&self) -> String {
        let mut asked = self.asked.lock().await;
        if let Some((_, why)) = asked.as_ref().filter(|(at, _)| at.elapsed() < ASKED) {
            return why.clone();
        }
        let why = match timeout(ANSWER, self.options.connect()).await {
            Ok(Ok(connection)) => self.why_taken(connection).await,
            Ok(Err(error)) => refusal::in_short(&error, &self.options),
            Err(_) => refusal::in_short(&sqlx::Error::Io(io::ErrorKind::TimedOut.into()), &self.options),
        };
        *asked = Some((Instant::now(), why.clone()));
        why
    }

    /// A connection beside the pool was there at once: the pool's own are taken, or a pooler has none of the server for them.
    async fn why_taken(&self, mut connection: PgConnection) -> String {
        if self.way == Way::Pooled && timeout(ANSWER, connection.ping()).await.is_err() {
            return POOLER_FULL.to_owned();
        }
        let _ = timeout(ANSWER, connection.close()).await;
        let size = self.pool.options().get_max_connections();
        format!("all {size} connections of this process are taken: raise DATABASE_POOL_SIZE, or start another process")
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}
