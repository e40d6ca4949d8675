//! Compares the migrations of a database with those of this program. A program may start on the schema of a later release: until
//! `schema_window` says that a migration took away what the program uses.

use sqlx::{PgConnection, SqliteConnection, migrate::Migrator};

const APPLIED: &str = "SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version";
/// The version of the migration that a program must have.
const NEEDS: &str = "SELECT needs FROM schema_window";

/// Whether this program can use the tables of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// All migrations of this program are applied. Later ones may be, too.
    Usable,
    /// Some are not, or the tables are another program's.
    Behind,
    /// A later migration took away what this program uses.
    TooNew,
}

/// Version, whether it ended, checksum.
type Row = (i64, bool, Vec<u8>);

/// A database without the table of migrations is behind.
pub(super) async fn of_sqlite(migrator: &Migrator, connection: &mut SqliteConnection) -> sqlx::Result<State> {
    const HAS_TABLE: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations')";
    if !sqlx::query_scalar(HAS_TABLE).fetch_one(&mut *connection).await? {
        return Ok(State::Behind);
    }
    // Another program's table may have other columns. Then migrating reports it.
    let applied: Vec<Row> = sqlx::query_as(APPLIED).fetch_all(&mut *connection).await.unwrap_or_default();
    match compare(migrator, applied) {
        Found::Newer(ours) => window(ours, sqlx::query_scalar(NEEDS).fetch_one(&mut *connection).await?),
        Found::Same => Ok(State::Usable),
        Found::Other => Ok(State::Behind),
    }
}

/// As [`of_sqlite`]. No statement fails, which would end a transaction.
pub(super) async fn of_postgres(migrator: &Migrator, connection: &mut PgConnection) -> sqlx::Result<State> {
    // Checks the right first: reading without it would raise an error.
    const IS_READABLE: &str = "SELECT coalesce(has_table_privilege(to_regclass('_sqlx_migrations'), 'SELECT'), false)";
    // Checks the columns, since another program's table may have the same name.
    const COLUMNS: &str = "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('_sqlx_migrations')
        AND (attname, atttypid) IN (('version', 'bigint'::regtype), ('success', 'boolean'::regtype), ('checksum', 'bytea'::regtype))";
    if !sqlx::query_scalar(IS_READABLE).fetch_one(&mut *connection).await? {
        return Ok(State::Behind);
    }
    let columns: i64 = sqlx::query_scalar(COLUMNS).fetch_one(&mut *connection).await?;
    if columns != 3 {
        return Ok(State::Behind);
    }
    match compare(migrator, sqlx::query_as(APPLIED).fetch_all(&mut *connection).await?) {
        Found::Newer(ours) => window(ours, sqlx::query_scalar(NEEDS).fetch_one(&mut *connection).await?),
        Found::Same => Ok(State::Usable),
        Found::Other => Ok(State::Behind),
    }
}

/// The applied migrations beside ours.
enum Found {
    Same,
    /// Ours, of which this is the last, and later ones.
    Newer(i64),
    Other,
}

fn compare(migrator: &Migrator, applied: Vec<Row>) -> Found {
    let ours: Vec<Row> = migrator.iter().map(|ours| (ours.version, true, ours.checksum.to_vec())).collect();
    let last = ours.last().map_or(0, |(version, ..)| *version);
    match applied.strip_prefix(&*ours) {
        Some([]) => Found::Same,
        Some([(next, ..), ..]) if *next > last => Found::Newer(last),
        _ => Found::Other,
    }
}

fn window(ours: i64, needs: i64) -> sqlx::Result<State> {
    Ok(if needs <= ours { State::Usable } else { State::TooNew })
}
