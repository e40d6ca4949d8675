//! Migrates a database to this program's schema. All migrations run in one transaction, which also holds the lock: one process migrates,
//! the others wait. A session's lock would outlive this process in a pooler's connection.

mod lock;
mod state;

use std::{ops::Deref, pin::Pin, sync::LazyLock};

use sqlx::{
    Acquire, ConnectOptions as _, Connection, SqlitePool,
    migrate::{Migrate, MigrateError, Migrator},
    postgres::PgConnectOptions,
};

use self::state::State;
use crate::{StoreError, error::Cause};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!("migrations/postgres");
    migrator.set_locking(false);
    migrator
});

type Outcome<'a> = Pin<Box<dyn Future<Output = Result<(), MigrateError>> + Send + 'a>>;

/// The versions and names of the applied migrations.
type Applied = Vec<(i64, String)>;

const DOING: &str = "migrating the database";
const DOING_CHECK: &str = "checking the database's tables";
const NEWER: &str =
    "the database is newer than this program, and a migration took away what this program uses; deploy the newer program";
const BEHIND: &str = "migrations are missing; run `http-server --migrate-only`, or unset DATABASE_MIGRATE";
const NO_STATEMENTS: &str = "DEALLOCATE ALL";
const APPLIED: &str = "SELECT version, description FROM _sqlx_migrations ORDER BY version";

/// Migrates in one transaction with the write lock.
pub(super) async fn sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let done = async {
        let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
        if state::of_sqlite(&SQLITE, &mut tx).await? != State::Usable
            && let Err(error) = run(&SQLITE, &mut *tx).await
        {
            let applied = sqlx::query_as(APPLIED).fetch_all(&mut *tx).await.unwrap_or_default();
            return Err(Failure { error, applied });
        }
        tx.commit().await?;
        Ok(())
    };
    done.await.map_err(|failure: Failure| failure.sort(&SQLITE, None))
}

/// Uses a separate connection without the pool's limits, since migrating much data takes time.
pub(super) async fn postgres(options: &PgConnectOptions) -> Result<(), StoreError> {
    let done = async {
        let mut connection = options.connect().await?;
        let mut tx = Connection::begin(&mut connection).await?;
        // The driver names its statements; behind a pooler, names of an earlier client may still exist.
        sqlx::raw_sql(NO_STATEMENTS).execute(&mut *tx).await?;
        lock::wait(&mut tx).await?;
        // A role without the right to create tables may start on a migrated database; the driver would try to create one.
        if state::of_postgres(&POSTGRES, &mut tx).await? != State::Usable
            && let Err(error) = run(&POSTGRES, &mut *tx).await
        {
            let applied = sqlx::query_as(APPLIED).fetch_all(&mut *tx).await.unwrap_or_default();
            return Err(Failure { error, applied });
        }
        sqlx::raw_sql(NO_STATEMENTS).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(connection.close().await?)
    };
    done.await.map_err(|failure: Failure| failure.sort(&POSTGRES, Some(options.get_username())))
}

/// Refuses a database that must be migrated first, or that is too new.
pub(super) async fn check_sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let found = async { state::of_sqlite(&SQLITE, &mut *pool.acquire().await?).await };
    found.await.map_err(|error| StoreError::sort(DOING_CHECK, error))?.check()
}

/// As [`check_sqlite`].
pub(super) async fn check_postgres(options: &PgConnectOptions) -> Result<(), StoreError> {
    let found = async {
        let mut connection = options.connect().await?;
        sqlx::raw_sql(NO_STATEMENTS).execute(&mut connection).await?;
        let found = state::of_postgres(&POSTGRES, &mut connection).await?;
        sqlx::raw_sql(NO_STATEMENTS).execute(&mut connection).await?;
        connection.close().await?;
        Ok(found)
    };
    found.await.map_err(|error| StoreError::sort(DOING_CHECK, error))?.check()
}

impl State {
    fn check(self) -> Result<(), StoreError> {
        match self {
            Self::Usable => Ok(()),
            Self::Behind => Err(StoreError::Unavailable(Cause::new(format!("{DOING_CHECK}: {BEHIND}")))),
            Self::TooNew => Err(StoreError::Internal(Cause::new(format!("{DOING_CHECK}: {NEWER}")))),
        }
    }
}

/// Boxed, since the compiler proves `Send` only with an explicit lifetime.
fn run<'a, A>(migrator: &'static Migrator, connection: A) -> Outcome<'a>
where
    A: Acquire<'a> + Send + 'a,
    <A::Connection as Deref>::Target: Migrate + Send,
    A::Connection: Send,
{
    Box::pin(migrator.run(connection))
}

/// A failed migration, with the database's list of migrations.
struct Failure {
    error: MigrateError,
    applied: Applied,
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self { error: MigrateError::Execute(error), applied: Applied::new() }
    }
}

impl Failure {
    fn sort(self, migrator: &Migrator, user: Option<&str>) -> StoreError {
        let remedy = if is_foreign(migrator, &self.applied) {
            Some(FOREIGN.to_owned())
        } else {
            of_migration(&self.error).map(str::to_owned).or_else(|| of_database(&self.error, user))
        };
        StoreError::sort_migration(DOING, remedy, self.error)
    }
}

const FOREIGN: &str = "another program has its tables in this database; give this one a database (or a schema) of its own";

/// Whether the first migration has another name than ours: then another program created the table.
fn is_foreign(migrator: &Migrator, applied: &Applied) -> bool {
    let ours = migrator.iter().next().map(|first| (first.version, first.description.as_ref()));
    applied.first().is_some_and(|(version, description)| ours != Some((*version, description.as_str())))
}

fn of_migration(error: &MigrateError) -> Option<&'static str> {
    match error {
        MigrateError::VersionMissing(_) => Some(NEWER),
        MigrateError::VersionMismatch(_) => {
            Some("a migration was edited after it ran here; put it back as it was and add a new one")
        }
        MigrateError::Dirty(_) => Some("a migration ended half-way; mend the tables by hand, then its row in _sqlx_migrations"),
        _ => None,
    }
}

fn of_database(error: &MigrateError, user: Option<&str>) -> Option<String> {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else { return None };
    let error = error.as_database_error()?;
    let (code, message) = (error.code()?, error.message());
    let user = user.unwrap_or("USER");
    match code.as_ref() {
        "42501" => {
            let schema = message.strip_prefix("permission denied for schema ").unwrap_or("public");
            Some(format!("{user} may not make tables; as the database's owner: GRANT USAGE, CREATE ON SCHEMA {schema} TO {user}"))
        }
        "3F000" => Some(format!(
            "no schema of the search_path exists; CREATE SCHEMA AUTHORIZATION {user}, or ALTER ROLE {user} SET search_path = public"
        )),
        "25006" => {
            Some("the database only reads (a replica, or default_transaction_read_only); name the primary server".to_owned())
        }
        // A table or column of another program has one of our names.
        "42P07" | "42703" | "42804" => Some(FOREIGN.to_owned()),
        _ if message.contains("already exists") || message.contains("no such column") => Some(FOREIGN.to_owned()),
        _ => None,
    }
}
