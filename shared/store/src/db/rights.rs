//! Checks the rights of this program's role on each table. They may be revoked while it runs.

use super::{Db, query};
use crate::{StoreError, error::Cause};

/// The rights that this crate's statements need on each table. Row locks need UPDATE.
const NEEDED: [(&str, &str); 14] = [
    ("users", "SELECT INSERT UPDATE"),
    ("sessions", "SELECT INSERT UPDATE DELETE"),
    ("used_socket_tokens", "SELECT INSERT DELETE"),
    ("rooms", "SELECT INSERT UPDATE"),
    ("members", "SELECT INSERT UPDATE DELETE"),
    ("messages", "SELECT INSERT"),
    ("leases", "SELECT INSERT UPDATE DELETE"),
    ("presence", "SELECT INSERT DELETE"),
    ("games", "SELECT INSERT UPDATE DELETE"),
    ("game_events", "SELECT INSERT"),
    ("game_updates", "SELECT INSERT DELETE"),
    ("game_players", "SELECT INSERT UPDATE DELETE"),
    ("game_sockets", "SELECT INSERT UPDATE DELETE"),
    ("host_departures", "SELECT INSERT UPDATE"),
];

/// The missing tables and rights. A right on each column counts as a right on the table. Row level security would hide rows.
const MISSING: &str = "
    WITH needed AS (SELECT name, to_regclass(name)::oid AS id, string_to_array(rights, ' ') AS rights
                    FROM unnest($1::text[], $2::text[]) AS given (name, rights)),
    lacking AS (SELECT name, id, ARRAY(
            SELECT privilege FROM unnest(rights) AS privilege
            WHERE NOT has_table_privilege(id, privilege) AND (privilege = 'DELETE' OR EXISTS (
                SELECT 1 FROM pg_attribute WHERE attrelid = id AND attnum > 0 AND NOT attisdropped
                AND NOT has_column_privilege(id, attnum, privilege)))) AS rights
        FROM needed WHERE id IS NOT NULL
        UNION ALL SELECT name, id, '{}' FROM needed WHERE id IS NULL)
    SELECT COALESCE(string_agg(CASE
            WHEN id IS NULL THEN 'the table ' || name || ' (it is gone, or its schema may not be used)'
            WHEN rights <> '{}' THEN array_to_string(rights, ', ') || ' on ' || name
            ELSE 'rows of ' || name || ' (row level security is on)' END, '; ' ORDER BY name), '')
    FROM lacking WHERE id IS NULL OR rights <> '{}' OR row_security_active(id)";

/// Checks the rights on PostgreSQL. SQLite has no rights within a file.
///
/// # Errors
/// The missing rights, with the remedy.
pub(super) async fn check(db: &Db) -> Result<(), StoreError> {
    if matches!(db, Db::Sqlite(_)) {
        return Ok(());
    }
    let (tables, rights): (Vec<&str>, Vec<&str>) = NEEDED.into_iter().unzip();
    let missing = query("asking for the rights on the tables", async { missing(db, &tables, &rights).await }).await?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(StoreError::Unavailable(Cause::lacking(missing)))
}

async fn missing(db: &Db, tables: &[&str], rights: &[&str]) -> sqlx::Result<String> {
    let Db::Postgres(server) = db else { return Ok(String::new()) };
    let query = || sqlx::query_scalar(MISSING).bind(tables).bind(rights);
    match server.direct().await? {
        Some(mut connection) => query().fetch_one(&mut connection).await,
        None => {
            let mut tx = server.begin().await?;
            let missing = query().fetch_one(&mut *tx).await?;
            tx.commit().await?;
            Ok(missing)
        }
    }
}
