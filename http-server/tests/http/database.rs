//! The database goes away, and comes back.

use std::time::Duration;

use serde_json::json;
use testbed::{Postgres, eventually};

use crate::{games::kit::open_table, support::TestApp};

#[actix_web::test]
async fn without_a_database_every_answer_is_503_with_retry_after() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let code = ada.create_room("Deck").await;
    let table = open_table(&ada, &json!({})).await;
    app.parts.store.close().await;
    let path = format!("/api/v1/rooms/{code}");
    for reply in [
        ada.get("/api/v1/session").await,
        ada.get("/api/v1/rooms").await,
        ada.get(&path).await,
        ada.put(&format!("{path}/membership")).await,
        ada.post(&format!("{path}/messages"), &json!({"body": "x"})).await,
        app.guest().get("/api/v1/games").await,
        app.guest().get(&format!("{table}/replay")).await,
        ada.get(&table).await,
        ada.put(&format!("{table}/seat")).await,
        ada.delete("/api/v1/session").await,
        app.guest().post("/api/v1/session", &json!({"nickname": "Bob"})).await,
    ] {
        reply.problem(503, "unavailable");
        assert_eq!(reply.header("retry-after"), "5");
    }
    let page = ada.open("/").await;
    assert_eq!(page.header("retry-after"), "5");
    page.page(503);
    ada.submit("/rooms", "name=x").await.page(503);
    ada.submit("/mafia", "name=x").await.page(503);
    app.guest().open("/mafia").await.page(503);
    app.guest().open("/").await.page(200);
}

#[actix_web::test]
async fn health_names_the_part_that_is_away() {
    let app = TestApp::start().await;
    let reply = app.guest().get("/healthz").await;
    let version = env!("CARGO_PKG_VERSION");
    let well = json!({"status": "ok", "process": "http-server", "version": version, "database": "ok", "layer": "ok"});
    assert_eq!((reply.status.as_u16(), reply.json()), (200, well));
    app.parts.store.close().await;
    // An answer of the database is good for a second.
    let reply = eventually(Duration::from_secs(10), || async {
        let reply = app.guest().get("/healthz").await;
        (reply.status == 503).then_some(reply)
    })
    .await;
    assert_eq!((&reply.json()["status"], &reply.json()["database"]), (&json!("unavailable"), &json!("unavailable")));
}

#[actix_web::test]
async fn reconnects_to_a_restarted_database() {
    let postgres = Postgres::start().await;
    let url = postgres.url();
    let app = TestApp::start_with(&[("DATABASE_URL", &url)]).await;
    let ada = app.person("Ada").await;
    postgres.stop().await;
    ada.get("/api/v1/rooms").await.problem(503, "unavailable");
    assert_eq!(app.guest().get("/healthz").await.status, 503);
    postgres.start_again().await;
    eventually(Duration::from_secs(30), async || {
        let reply = ada.get("/api/v1/rooms").await;
        (reply.status == 200).then_some(())
    })
    .await;
    assert_eq!(app.guest().get("/healthz").await.status, 200);
}

/// A right on one table, on one column, the table itself, its schema, and rows: each taken away and given back while the server runs.
#[actix_web::test]
async fn a_right_that_is_taken_away_is_named_by_health_and_answered_with_503() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN").await;
    postgres.sql("GRANT USAGE, CREATE ON SCHEMA public TO app").await;
    let owner = TestApp::start_with(&[("DATABASE_URL", &postgres.url())]).await;
    postgres.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app").await;
    let url = format!("postgres://app@127.0.0.1:{}/postgres", postgres.port());
    let app = TestApp::start_with(&[("DATABASE_URL", &url)]).await;
    drop(owner);
    let ada = app.person("Ada").await;
    for (taken, back, lacks) in [
        ("REVOKE ALL ON users FROM app", "GRANT SELECT, INSERT, UPDATE ON users TO app", "SELECT, INSERT, UPDATE on users"),
        ("REVOKE DELETE ON sessions FROM app", "GRANT DELETE ON sessions TO app", "DELETE on sessions"),
        (
            "REVOKE INSERT ON messages, rooms FROM app",
            "GRANT INSERT ON messages, rooms TO app",
            "INSERT on messages; INSERT on rooms",
        ),
        ("REVOKE SELECT ON users FROM app; GRANT SELECT (id) ON users TO app", "GRANT SELECT ON users TO app", "SELECT on users"),
        ("ALTER TABLE users RENAME TO people", "ALTER TABLE people RENAME TO users", "the table users"),
        ("ALTER TABLE users ENABLE ROW LEVEL SECURITY", "ALTER TABLE users DISABLE ROW LEVEL SECURITY", "rows of users"),
    ] {
        postgres.sql(taken).await;
        // An answer of the database is good for a second.
        let reply = eventually(Duration::from_secs(20), || async {
            let reply = app.guest().get("/healthz").await;
            (reply.status == 503).then_some(reply)
        })
        .await;
        assert!(reply.json()["lacks"].as_str().unwrap().starts_with(lacks), "{taken}: {}", reply.text());
        if lacks.contains("users") && !lacks.starts_with("rows") {
            app.guest().post("/api/v1/session", &json!({"nickname": "Bob"})).await.problem(503, "unavailable");
            ada.get("/api/v1/rooms").await.problem(503, "unavailable");
            ada.open("/").await.page(503);
        }
        postgres.sql(back).await;
        eventually(Duration::from_secs(20), || async { (app.guest().get("/healthz").await.status == 200).then_some(()) }).await;
        ada.get("/api/v1/rooms").await.json();
    }
}
