//! PostgreSQL is stopped and killed; the site says so, keeps its sockets, and recovers by itself.

use std::time::Duration;

use e2e::{Data, Person, Request, Site};
use serde_json::json;
use testbed::{Postgres, eventually};

#[tokio::test]
async fn stopped_and_started_again() {
    outage(async |postgres| postgres.stop().await).await;
}

#[tokio::test]
async fn killed_and_started_again() {
    outage(async |postgres| postgres.kill9()).await;
}

async fn outage(away: impl AsyncFn(&Postgres)) {
    let postgres = Postgres::start().await;
    let site = Site::start(Data::in_postgres(&postgres).await).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;

    away(&postgres).await;
    let answer = ada.ask(Request::get("/api/v1/rooms")).await.expect(503);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    let health = ada.ask(Request::get("/healthz")).await.expect(503).json();
    assert_eq!(health["database"], "unavailable");
    socket.send(json!({ "type": "message.send", "body": "anybody?", "client_id": uuid::Uuid::new_v4() })).await;
    assert_eq!(socket.frame("error").await["code"], "unavailable");
    // A new client is refused temporarily, not treated as a guest.
    assert_eq!(ada.enter(&code).await.closed().await, Some(1013));

    postgres.start_again().await;
    eventually(Duration::from_secs(30), || async { (ada.ask(Request::get("/healthz")).await.status == 200).then_some(()) }).await;
    // The same socket goes on.
    let stored = ada.post(&code, "there you are").await;
    assert_eq!(socket.message("there you are").await["message"], stored);
    socket.send(json!({ "type": "message.send", "body": "still the same socket" })).await;
    socket.message("still the same socket").await;
    // If the outage was longer than ws-server's lease, its next tick mends that.
    eventually(Duration::from_secs(20), || async { (ada.view(&code).await["room"]["online"] == 1).then_some(()) }).await;
}
