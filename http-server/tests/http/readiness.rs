//! `/livez` and `/readyz` say the truth, within 2 s.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testbed::{FaultProxy, Postgres, eventually};

use crate::support::{Reply, TestApp};

/// Generous: the answer is due within 2 s, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(30);

fn codes(reply: &Reply) -> Vec<Value> {
    reply.json()["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].clone()).collect()
}

/// Waits until `/readyz` has this status and these reasons.
async fn until(app: &TestApp, status: u16, expected: &[&str]) -> Reply {
    eventually(SOON, async || {
        let reply = app.guest().get("/readyz").await;
        (reply.status == status && codes(&reply) == expected).then_some(reply)
    })
    .await
}

#[actix_web::test]
async fn ready_names_the_process_and_no_reason() {
    let app = TestApp::start().await;
    let about = json!({"process": "http-server", "version": env!("CARGO_PKG_VERSION")});
    for (path, status, more) in [("/livez", "alive", json!({})), ("/readyz", "ready", json!({"reasons": []}))] {
        let reply = app.guest().get(path).await;
        let mut expected = about.clone();
        expected["status"] = status.into();
        expected.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!((reply.status.as_u16(), reply.json()), (200, expected));
        assert!(reply.header("cache-control").contains("no-store"), "{path}");
    }
}

#[actix_web::test]
async fn a_process_that_must_stop_is_alive_and_not_ready() {
    let app = TestApp::start().await;
    assert_eq!(app.guest().get("/readyz").await.status, 200);
    app.parts.stop.cancel();
    let reply = app.guest().get("/readyz").await;
    assert_eq!((reply.status.as_u16(), &reply.json()["status"]), (503, &json!("unready")));
    assert_eq!(codes(&reply), ["draining"]);
    assert_eq!(app.guest().get("/livez").await.status, 200);
    assert_eq!(app.guest().open("/").await.status, 200, "requests that come are still served");
}

#[actix_web::test]
async fn a_process_without_its_database_is_alive_and_not_ready() {
    let app = TestApp::start().await;
    app.parts.store.close().await;
    until(&app, 503, &["database"]).await;
    assert_eq!(app.guest().get("/livez").await.status, 200);
}

/// Requests wait for this database until their time limit, and a probe would give up earlier.
#[actix_web::test]
async fn a_database_that_hangs_is_named_in_time() {
    let postgres = Postgres::shared().await;
    let proxy = FaultProxy::start(postgres.port()).await;
    let url = proxy.url(&postgres.fresh_database().await);
    let app = TestApp::start_with(&[("DATABASE_URL", &url)]).await;
    assert_eq!(app.guest().get("/readyz").await.status, 200);
    proxy.stall().await;
    until(&app, 503, &["database"]).await;
    // Several at once share one look, so that the last one does not wait for all.
    let since = Instant::now();
    let guest = app.guest();
    let replies = futures_util::future::join_all((0..8).map(|_| guest.get("/readyz"))).await;
    assert!(replies.iter().all(|reply| reply.status == 503));
    assert!(since.elapsed() < Duration::from_secs(10), "eight looks would take 12 s: {:?}", since.elapsed());
    assert_eq!(app.guest().get("/livez").await.status, 200);
    proxy.heal().await;
    until(&app, 200, &[]).await;
}

#[actix_web::test]
async fn a_read_only_database_is_a_reason_of_its_own() {
    let postgres = Postgres::start().await;
    let app = TestApp::start_with(&[("DATABASE_URL", &postgres.url())]).await;
    postgres.sql("ALTER SYSTEM SET default_transaction_read_only = on").await;
    postgres.sql("SELECT pg_reload_conf()").await;
    until(&app, 503, &["disk"]).await;
    postgres.sql("ALTER SYSTEM RESET default_transaction_read_only").await;
    postgres.sql("SELECT pg_reload_conf()").await;
    until(&app, 200, &[]).await;
}
