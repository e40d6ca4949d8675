//! SQLite's disk is full: health checks report it, reads work, and all writes work again once there is space.

use std::time::Duration;

use e2e::{Data, Person, Request, Site, Socket};
use serde_json::{Value, json};
use testbed::{SmallDisk, eventually};

#[tokio::test]
async fn every_write_works_within_five_seconds_of_space() {
    let disk = SmallDisk::mount(8192);
    let site = Site::start(Data::on_disk(&disk)).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    for _ in 0..2 {
        disk.fill();
        // SQLite's log has some space left.
        let long = "long ".repeat(390);
        eventually(Duration::from_secs(60), || async {
            (ada.ask(Person::message(&code, &long)).await.status == 503).then_some(())
        })
        .await;
        eventually(Duration::from_secs(5), || async { (health(&site).await == (503, 503)).then_some(()) }).await;
        eventually(Duration::from_secs(30), || async { (readiness(&site).await == (503, json!(["disk"]))).then_some(()) }).await;
        assert_eq!(site.door().ask(&Request::get("/livez")).await.status, 200, "a restart would bring back no space");
        ada.view(&code).await;

        disk.free();
        eventually(Duration::from_secs(5), || async {
            (ada.ask(Person::message(&code, "space again")).await.status == 201).then_some(())
        })
        .await;
        eventually(Duration::from_secs(5), || async { (health(&site).await == (200, 200)).then_some(()) }).await;
        eventually(Duration::from_secs(30), || async { (readiness(&site).await == (200, json!([]))).then_some(()) }).await;
        Person::sign_in(&site.door(), "Ben").await.join(&code).await;
    }
}

/// Presence takes its lease in the database.
#[tokio::test]
async fn both_servers_start_on_a_full_disk_and_work_once_there_is_space() {
    let disk = SmallDisk::mount(8192);
    let mut site = Site::start(Data::on_disk(&disk)).await;
    let (ada, ben) = (Person::sign_in(&site.door(), "Ada").await, Person::sign_in(&site.door(), "Ben").await);
    let code = ada.create_room("Lighthouse").await;
    ben.join(&code).await;
    site.ws.kill9();
    disk.fill();
    let long = "long ".repeat(390);
    eventually(Duration::from_secs(60), || async { (ada.ask(Person::message(&code, &long)).await.status == 503).then_some(()) })
        .await;
    site.web.kill9();
    site.web.restart();
    site.ws.restart();
    site.ready().await;
    site.ws.log_line(|line| line.contains("lease of presence could not be renewed")).await;

    disk.free();
    let mut socket = eventually(Duration::from_secs(20), || enter(&ada, &code)).await;
    let _ben = eventually(Duration::from_secs(20), || enter(&ben, &code)).await;
    socket.frame_where("room.presence", |frame| frame["user_id"] == ben.id && frame["online"] == true).await;
    assert_eq!(site.ws.log().iter().filter(|line| line.contains("lease of presence could not be renewed")).count(), 1);
}

/// A socket that the room has accepted; `None` if it was closed temporarily.
async fn enter(person: &Person, code: &str) -> Option<Socket> {
    let mut socket = person.enter(code).await;
    let first = socket.receive().await.ok()?;
    assert_eq!(first["type"], "room.state");
    Some(socket)
}

/// The status of http-server's `/readyz`, and the codes of its reasons.
async fn readiness(site: &Site) -> (u16, Value) {
    let answer = site.door().ask(&Request::get("/readyz")).await;
    let body = answer.json();
    let reasons = body["reasons"].as_array().expect("reasons");
    (answer.status, reasons.iter().map(|reason| reason["code"].clone()).collect())
}

/// The statuses of `/healthz` on http-server and ws-server.
async fn health(site: &Site) -> (u16, u16) {
    let (door, request) = (site.door(), Request::get("/healthz"));
    (door.ask(&request).await.status, door.ask_sockets(&request).await.status)
}
