//! A transaction whose connection goes back to the pool in a known state, or not at all.
//!
//! sqlx's own `Transaction` counts how deep a connection is in transactions, and the count goes wrong. SQLite ends a transaction by
//! itself when the disk is full; the count then never comes down, and every later `BEGIN` on that connection is refused. On PostgreSQL a
//! `BEGIN` whose caller stops waiting is not counted; what others write on that connection is never committed.

use std::{
    fmt,
    future::Future,
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{Executor as _, Sqlite, SqliteConnection, pool::PoolConnection};
use tokio::{runtime::Handle, time::timeout};

use super::link::Link;

/// A rollback that takes longer ends with its connection.
const ROLLBACK_PATIENCE: Duration = Duration::from_secs(2);

/// A connection of a pool, on which a transaction can run.
pub(crate) trait Connected: Send + Sized + 'static {
    /// The type that runs statements.
    type Target: ?Sized;

    fn target(&self) -> &Self::Target;

    fn target_mut(&mut self) -> &mut Self::Target;

    /// Runs one or several statements without parameters, for which the connection prepares nothing.
    fn run(&mut self, statement: &'static str) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// The pool gets it back; unless it `is_sound`, the pool closes it and opens another one.
    fn give_back(self, is_sound: bool);

    /// For a thread without a runtime, on which a pool can take nothing back.
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

/// A transaction under way. Dropped without [`commit`](Self::commit) or [`rollback`](Self::rollback) it is rolled back in the background; a
/// connection that refuses even that is closed, and the pool opens another one.
pub(crate) struct Tx<C: Connected>(Option<C>);

impl<C: Connected> Tx<C> {
    /// `begin` is the statement that opens it.
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
    let outcome = timeout(ROLLBACK_PATIENCE, connection.run("ROLLBACK")).await;
    connection.give_back(matches!(outcome, Ok(Ok(()))));
}
