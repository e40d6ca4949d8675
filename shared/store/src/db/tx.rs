//! A transaction whose connection returns to the pool in a known state, or is closed.
//!
//! sqlx's own `Transaction` counts the depth of transactions on a connection, and the count can become wrong. SQLite ends a transaction by
//! itself when the disk is full; the count then stays up, and each later `BEGIN` fails. On PostgreSQL a cancelled `BEGIN` is not counted;
//! later writes on that connection are never committed.

use std::{
    fmt,
    future::Future,
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{Executor as _, Sqlite, SqliteConnection, pool::PoolConnection};
use tokio::{runtime::Handle, time::timeout};

use super::link::Link;

/// The time limit of a rollback; after it the connection is closed.
const ROLLBACK_TIMEOUT: Duration = Duration::from_secs(2);

/// A pool's connection that can run a transaction.
pub(crate) trait Connected: Send + Sized + 'static {
    /// The type that runs statements.
    type Target: ?Sized;

    fn target(&self) -> &Self::Target;

    fn target_mut(&mut self) -> &mut Self::Target;

    /// Runs statements without parameters, unprepared.
    fn run(&mut self, statement: &'static str) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Returns the connection to the pool, which closes it unless `is_sound`.
    fn give_back(self, is_sound: bool);

    /// Detaches the connection, on a thread without a runtime for the pool.
    fn forget(self);
}

impl Connected for PoolConnection<Sqlite> {
    type Target = SqliteConnection;

    fn target(&self) -> &SqliteConnection {
        self
    }

    fn target_mut(&mut self) -> &mut SqliteConnection {
        self
    }

    async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        self.execute(sqlx::raw_sql(statement)).await.map(drop)
    }

    fn give_back(mut self, is_sound: bool) {
        if !is_sound {
            self.close_on_drop();
        }
    }

    fn forget(self) {
        drop(self.detach());
    }
}

impl Connected for Link {
    type Target = Self;

    fn target(&self) -> &Self {
        self
    }

    fn target_mut(&mut self) -> &mut Self {
        self
    }

    async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        self.execute(sqlx::raw_sql(statement)).await.map(drop)
    }

    fn give_back(mut self, is_sound: bool) {
        if !is_sound {
            self.connection().close_on_drop();
        }
    }

    fn forget(self) {
        drop(self.into_connection().detach());
    }
}

/// An open transaction. Dropped without [`commit`](Self::commit) or [`rollback`](Self::rollback), it is rolled back in the background. If
/// that fails, the connection is closed, and the pool opens another one.
pub(crate) struct Tx<C: Connected>(Option<C>);

impl<C: Connected> Tx<C> {
    /// `begin` is the opening statement.
    pub(crate) async fn begin(connection: C, begin: &'static str) -> sqlx::Result<Self> {
        let mut tx = Self(Some(connection));
        tx.connection().run(begin).await?;
        Ok(tx)
    }

    pub(crate) async fn commit(self) -> sqlx::Result<()> {
        self.end("COMMIT").await
    }

    pub(crate) async fn rollback(self) -> sqlx::Result<()> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, statement: &'static str) -> sqlx::Result<()> {
        self.connection().run(statement).await?;
        self.0 = None;
        Ok(())
    }

    fn connection(&mut self) -> &mut C {
        self.0.as_mut().expect("only `end` and `drop` take the connection")
    }
}

impl<C: Connected> fmt::Debug for Tx<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tx")
    }
}

impl<C: Connected> Deref for Tx<C> {
    type Target = C::Target;

    fn deref(&self) -> &C::Target {
        self.0.as_ref().expect("only `end` and `drop` take the connection").target()
    }
}

impl<C: Connected> DerefMut for Tx<C> {
    fn deref_mut(&mut self) -> &mut C::Target {
        self.connection().target_mut()
    }
}

impl<C: Connected> Drop for Tx<C> {
    fn drop(&mut self) {
        let Some(connection) = self.0.take() else { return };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(roll_back(connection))),
            Err(_) => connection.forget(),
        }
    }
}

async fn roll_back<C: Connected>(mut connection: C) {
    let outcome = timeout(ROLLBACK_TIMEOUT, connection.run("ROLLBACK")).await;
    connection.give_back(matches!(outcome, Ok(Ok(()))));
}
