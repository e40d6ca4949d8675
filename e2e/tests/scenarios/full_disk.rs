//! SQLite's disk is full: health says so, reading goes on, and every write works again once there is space.

use std::time::Duration;

use e2e::{Data, Person, Request, Site};
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
        ada.view(&code).await;

        disk.free();
        eventually(Duration::from_secs(5), || async {
            (ada.ask(Person::message(&code, "space again")).await.status == 201).then_some(())
        })
        .await;
        eventually(Duration::from_secs(5), || async { (health(&site).await == (200, 200)).then_some(()) }).await;
        Person::sign_in(&site.door(), "Ben").await.join(&code).await;
    }
}

/// The statuses of `/healthz` on http-server and ws-server.
async fn health(site: &Site) -> (u16, u16) {
    let (door, request) = (site.door(), Request::get("/healthz"));
    (door.ask(&request).await.status, door.ask_sockets(&request).await.status)
}
