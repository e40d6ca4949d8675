//! Why a start ends: what waiting does not cure is said at once, with the cure.

use store::{DatabaseUrl, Store, StoreError};
use testbed::{Postgres, free_port};

use crate::place::{Place, Scene as _};

async fn start(url: &str) -> Result<Store, StoreError> {
    let store = Store::connect(&DatabaseUrl::parse(url).unwrap()).await?;
    store.migrate().await?;
    Ok(store)
}

async fn permanent(url: &str, cure: &str) {
    let error = start(url).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{url}: {error:?}");
    let text = error.to_string();
    assert!(text.contains(cure), "{url}: {text}");
    assert!(!format!("{text} {error:?}").contains("hunter2"), "{text}");
}

async fn passing(url: &str, cure: &str) {
    let error = start(url).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{url}: {error:?}");
    assert!(error.to_string().contains(cure), "{url}: {error}");
}

#[tokio::test]
async fn no_server_is_a_connection_refused() {
    let port = free_port();
    passing(&format!("postgres://u:hunter2@127.0.0.1:{port}/c"), &format!("connection refused (127.0.0.1:{port})")).await;
    passing("postgres://u:hunter2@/c?host=/nowhere", "there is no such socket (/nowhere/.s.PGSQL.5432)").await;
}

#[tokio::test]
async fn a_server_without_tls_is_named() {
    let url = Postgres::shared().await.fresh_database().await;
    for mode in ["require", "verify-ca", "verify-full"] {
        permanent(&format!("{url}?sslmode={mode}"), "the server has no TLS and sslmode asks for it").await;
    }
}

#[tokio::test]
async fn another_server_than_postgresql_is_named() {
    let nginx = testbed::Nginx::start(testbed::Upstreams { web: free_port(), ws: free_port() }).await;
    permanent(&format!("postgres://u:hunter2@127.0.0.1:{}/c", nginx.http_port()), "is not PostgreSQL").await;
}

#[tokio::test]
async fn a_missing_database_is_named() {
    let url = Postgres::shared().await.url().replace("/postgres", "/missing");
    permanent(&url, "there is no database \"missing\": create it").await;
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_user_are_named() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN PASSWORD 'right'").await;
    postgres.host_rules("host all app 127.0.0.1/32 scram-sha-256\nhostssl all secure 127.0.0.1/32 trust\nhost all catamaran 127.0.0.1/32 trust").await;
    let at = |user: &str| format!("postgres://{user}@127.0.0.1:{}/postgres", postgres.port());
    permanent(&at("app:hunter2"), "the password of app is wrong or missing").await;
    permanent(&at("nobody:hunter2"), "does not let nobody in without TLS").await;
    postgres.sql("CREATE ROLE secure LOGIN").await;
    permanent(&format!("{}?sslmode=disable", at("secure:hunter2")), "say sslmode=require").await;
}

#[tokio::test]
async fn a_schema_without_create_names_the_grant() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN").await;
    postgres.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC").await;
    let url = format!("postgres://app@127.0.0.1:{}/postgres", postgres.port());
    permanent(&url, "GRANT USAGE, CREATE ON SCHEMA public TO app").await;
    postgres.sql("GRANT USAGE, CREATE ON SCHEMA public TO app").await;
    start(&url).await.unwrap();
}

#[tokio::test]
async fn a_database_that_one_may_not_enter_names_the_grant() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN").await;
    postgres.sql("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC").await;
    permanent(&format!("postgres://app@127.0.0.1:{}/postgres", postgres.port()), "GRANT CONNECT ON DATABASE postgres TO app")
        .await;
}

#[tokio::test]
async fn a_database_that_only_reads_is_named() {
    let postgres = Postgres::shared().await;
    let url = postgres.fresh_database().await;
    let (_, name) = url.rsplit_once('/').unwrap();
    postgres.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    permanent(&url, "name the primary server").await;
}

#[tokio::test]
async fn too_many_connections_are_waited_for_and_named() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN CONNECTION LIMIT 0").await;
    passing(&format!("postgres://app@127.0.0.1:{}/postgres", postgres.port()), "lower DATABASE_POOL_SIZE").await;
}

async fn sql(place: &Place, statements: &[&'static str]) {
    for statement in statements {
        place.sql(statement).await;
    }
}

async fn refused_migration(place: &Place, cure: &str) {
    let store = place.bare().await;
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    assert!(error.to_string().contains(cure), "{error}");
}

/// The table of migrations that every program with this driver has.
const MIGRATIONS: &str = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)";

pub(crate) async fn another_program_s_migrations_are_named(place: Place) {
    let sqlite = MIGRATIONS.replace("BYTEA", "BLOB").leak();
    let table: &'static str = if place.is_sqlite() { sqlite } else { MIGRATIONS };
    sql(&place, &[table, "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (20240101, 'shop', TRUE, '', 0)"]).await;
    refused_migration(&place, "another program has its tables in this database").await;
    sql(&place, &["UPDATE _sqlx_migrations SET version = 1"]).await;
    refused_migration(&place, "another program has its tables in this database").await;
}

pub(crate) async fn another_program_s_tables_are_named(place: Place) {
    sql(&place, &["CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)"]).await;
    refused_migration(&place, "another program has its tables in this database").await;
}

pub(crate) async fn a_migration_that_was_edited_is_named(place: Place) {
    place.store().await.close().await;
    sql(&place, &["UPDATE _sqlx_migrations SET checksum = '' WHERE version = 2"]).await;
    refused_migration(&place, "a migration was edited after it ran here").await;
}

/// A process that migrates is waited for, however long it takes.
#[tokio::test]
async fn a_migration_under_way_is_waited_for() {
    let url = Postgres::shared().await.fresh_database().await;
    let console = sqlx::PgPool::connect(&url).await.unwrap();
    let mut lock = console.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(x'636174616d617261'::bigint)").execute(&mut *lock).await.unwrap();
    let starting = tokio::spawn({
        let url = url.clone();
        async move { start(&url).await }
    });
    testbed::eventually(std::time::Duration::from_secs(20), || async {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_try_advisory%'",
        )
        .fetch_one(&console)
        .await
        .unwrap();
        (waiting > 1).then_some(())
    })
    .await;
    assert!(!starting.is_finished());
    lock.commit().await.unwrap();
    starting.await.unwrap().unwrap().user("Ada").await;
}
