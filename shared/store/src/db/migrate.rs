//! Brings a database to the schema that this program knows.

use std::{ops::Deref, pin::Pin};

use sqlx::{
    Acquire, ConnectOptions as _, Connection as _, SqlitePool,
    migrate::{Migrate, MigrateError, Migrator},
    postgres::PgConnectOptions,
};

use crate::StoreError;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

type Outcome<'a> = Pin<Box<dyn Future<Output = Result<(), MigrateError>> + Send + 'a>>;

const DOING: &str = "migrating the database";

/// All in one transaction that has the write lock: of several processes one migrates, the others wait and find it done.
pub(super) async fn sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let done = async {
        let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
        run(&SQLITE, &mut *tx).await?;
        tx.commit().await?;
        Ok(())
    };
    done.await.map_err(|error| StoreError::sort_migration(DOING, error))
}

/// On a connection of its own, without the limits of the pool: a migration of much data takes its time, and so does waiting
/// for the advisory lock while another process migrates.
pub(super) async fn postgres(options: &PgConnectOptions) -> Result<(), StoreError> {
    let done = async {
        let mut connection = options.connect().await.map_err(MigrateError::Execute)?;
        run(&POSTGRES, &mut connection).await?;
        connection.close().await.map_err(MigrateError::Execute)
    };
    done.await.map_err(|error| StoreError::sort_migration(DOING, error))
}

/// Boxed: only with its lifetime written down does the compiler see that the future may move to another thread.
fn run<'a, A>(migrator: &'static Migrator, connection: A) -> Outcome<'a>
where
    A: Acquire<'a> + Send + 'a,
    <A::Connection as Deref>::Target: Migrate + Send,
    A::Connection: Send,
{
    Box::pin(migrator.run(connection))
}
