//! Errors at the start: assert_permanent ones are reported at once, with the remedy.

use store::{DatabaseUrl, Store, StoreError};
use testbed::{Postgres, free_port};

use crate::test_database::{Helpers as _, TestDatabase};

async fn start(url: &str) -> Result<Store, StoreError> {
    let store = Store::connect(&DatabaseUrl::parse(url).unwrap()).await?;
    store.migrate().await?;
    Ok(store)
}

async fn assert_permanent(url: &str, cure: &str) {
    let error = start(url).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{url}: {error:?}");
    let text = error.to_string();
    assert!(text.contains(cure), "{url}: {text}");
    assert!(!format!("{text} {error:?}").contains("hunter2"), "{text}");
}

async fn assert_temporary(url: &str, cure: &str) {
    let error = start(url).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{url}: {error:?}");
    assert!(error.to_string().contains(cure), "{url}: {error}");
}

#[tokio::test]
async fn reports_a_missing_server_as_connection_refused() {
    let port = free_port();
    assert_temporary(&format!("postgres://u:hunter2@127.0.0.1:{port}/c"), &format!("connection refused (127.0.0.1:{port})"))
        .await;
    assert_temporary("postgres://u:hunter2@/c?host=/nowhere", "there is no such socket (/nowhere/.s.PGSQL.5432)").await;
}

#[tokio::test]
async fn reports_a_server_without_tls() {
    let url = Postgres::shared().await.fresh_database().await;
    for mode in ["require", "verify-ca", "verify-full"] {
        assert_permanent(&format!("{url}?sslmode={mode}"), "the server has no TLS and sslmode asks for it").await;
    }
}

#[tokio::test]
async fn reports_a_server_that_is_not_postgresql() {
    let nginx = testbed::Balancer::start(testbed::BalancerKind::Nginx, &[testbed::Upstreams { web: 1, ws: 1 }]).await;
    assert_permanent(&format!("postgres://u:hunter2@127.0.0.1:{}/c", nginx.http_port()), "is not PostgreSQL").await;
}

#[tokio::test]
async fn reports_a_missing_database() {
    let url = Postgres::shared().await.url().replace("/postgres", "/missing");
    assert_permanent(&url, "there is no database \"missing\": create it").await;
}

#[tokio::test]
async fn reports_a_wrong_password_or_user() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN PASSWORD 'right'").await;
    postgres.host_rules("host all app 127.0.0.1/32 scram-sha-256\nhostssl all secure 127.0.0.1/32 trust\nhost all catamaran 127.0.0.1/32 trust").await;
    let at = |user: &str| format!("postgres://{user}@127.0.0.1:{}/postgres", postgres.port());
    assert_permanent(&at("app:hunter2"), "the password of app is wrong or missing").await;
    assert_permanent(&at("nobody:hunter2"), "does not let nobody in without TLS").await;
    postgres.sql("CREATE ROLE secure LOGIN").await;
    assert_permanent(&format!("{}?sslmode=disable", at("secure:hunter2")), "say sslmode=require").await;
}

#[tokio::test]
async fn a_schema_without_create_names_the_grant() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN").await;
    postgres.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC").await;
    let url = format!("postgres://app@127.0.0.1:{}/postgres", postgres.port());
    assert_permanent(&url, "GRANT USAGE, CREATE ON SCHEMA public TO app").await;
    postgres.sql("GRANT USAGE, CREATE ON SCHEMA public TO app").await;
    start(&url).await.unwrap();
}

#[tokio::test]
async fn a_database_without_connect_names_the_grant() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN").await;
    postgres.sql("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC").await;
    assert_permanent(
        &format!("postgres://app@127.0.0.1:{}/postgres", postgres.port()),
        "GRANT CONNECT ON DATABASE postgres TO app",
    )
    .await;
}

#[tokio::test]
async fn reports_a_read_only_database() {
    let postgres = Postgres::shared().await;
    let url = postgres.fresh_database().await;
    let (_, name) = url.rsplit_once('/').unwrap();
    postgres.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    assert_permanent(&url, "name the primary server").await;
}

#[tokio::test]
async fn reports_too_many_connections_as_unavailable() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN CONNECTION LIMIT 0").await;
    assert_temporary(&format!("postgres://app@127.0.0.1:{}/postgres", postgres.port()), "lower DATABASE_POOL_SIZE").await;
}

async fn sql(database: &TestDatabase, statements: &[&'static str]) {
    for statement in statements {
        database.sql(statement).await;
    }
}

async fn refused_migration(database: &TestDatabase, cure: &str) {
    let store = database.bare().await;
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    assert!(error.to_string().contains(cure), "{error}");
}

/// The table of migrations, as every program with this driver has it.
const MIGRATIONS: &str = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)";

pub(crate) async fn report_migrations_of_another_program(database: TestDatabase) {
    let sqlite = MIGRATIONS.replace("BYTEA", "BLOB").leak();
    let table: &'static str = if database.is_sqlite() { sqlite } else { MIGRATIONS };
    sql(&database, &[table, "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (20240101, 'shop', TRUE, '', 0)"]).await;
    refused_migration(&database, "another program has its tables in this database").await;
    sql(&database, &["UPDATE _sqlx_migrations SET version = 1"]).await;
    refused_migration(&database, "another program has its tables in this database").await;
}

pub(crate) async fn report_tables_of_another_program(database: TestDatabase) {
    sql(&database, &["CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)"]).await;
    refused_migration(&database, "another program has its tables in this database").await;
}

pub(crate) async fn report_an_edited_migration(database: TestDatabase) {
    database.store().await.close().await;
    sql(&database, &["UPDATE _sqlx_migrations SET checksum = '' WHERE version = 2"]).await;
    refused_migration(&database, "a migration was edited after it ran here").await;
}

/// The start waits for a running migration.
#[tokio::test]
async fn waits_for_a_running_migration() {
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
