//! The pool of PostgreSQL connections.

use std::time::Duration;

use sqlx::{
    ConnectOptions as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::timeout;

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
}

pub(super) async fn open(place: &PostgresPlace, size: PoolSize) -> Result<Db, StoreError> {
    let options = place.options().clone();
    let way = pooler::detect(&options, place.is_pooled()).await?;
    let pool = PgPoolOptions::new()
        .max_connections(size.get())
        .acquire_timeout(PATIENCE)
        .max_lifetime(Duration::from_secs(30 * 60))
        .connect_lazy_with(way.limited(&options));
    Ok(Db::Postgres(Server { pool, way, options: Box::new(way.plain(&options)) }))
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
        Tx::begin(self.acquire().await?, self.way.begin()).await
    }

    /// Where the pool got no connection in time, one more attempt finds out why.
    async fn acquire(&self) -> sqlx::Result<Link> {
        match self.pool.acquire().await {
            Ok(connection) => Ok(Link::new(connection, self.way == Way::Direct)),
            Err(sqlx::Error::PoolTimedOut) if self.pool.size() == 0 => match connect(&self.options).await {
                Err(why) => Err(refusal::with_address(why, &self.options)),
                Ok(_) => Err(sqlx::Error::PoolTimedOut),
            },
            Err(error) => Err(error),
        }
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}
