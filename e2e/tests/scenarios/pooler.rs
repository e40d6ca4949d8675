//! Both servers through PgBouncer in transaction mode, as it is installed.

use e2e::{Data, Person, Request, Site};
use testbed::{PgBouncer, PgBouncerRelease, PoolMode, Postgres};
use tokio::task::JoinSet;

#[tokio::test]
async fn fifty_guests_post_through_debians() {
    fifty_guests_post(PgBouncerRelease::Debian).await;
}

#[tokio::test]
async fn fifty_guests_post_through_a_current_one() {
    fifty_guests_post(PgBouncerRelease::Current).await;
}

async fn fifty_guests_post(release: PgBouncerRelease) {
    let postgres = Postgres::shared().await;
    let pooler = PgBouncer::start(postgres, release, PoolMode::Transaction, &[]).await;
    let site = Site::start(Data::behind(&pooler, postgres).await).await;
    let host = Person::sign_in(&site.door(), "Host").await;
    let mut codes = Vec::new();
    for number in 0..5 {
        codes.push(host.create_room(&format!("Room {number}")).await);
    }
    let mut guests = JoinSet::new();
    for number in 0..50_u8 {
        let (door, code) = (site.door().from([127, 0, 1, number + 1].into()), codes[usize::from(number) % 5].clone());
        guests.spawn(async move {
            let guest = Person::sign_in(&door, &format!("guest {number}")).await;
            guest.join(&code).await;
            let mut socket = guest.enter(&code).await;
            socket.frame("room.state").await;
            for line in 0..3 {
                let body = format!("line {line} of {number}");
                guest.post(&code, &body).await;
                socket.message(&body).await;
            }
        });
    }
    guests.join_all().await;
    for code in &codes {
        assert_eq!(host.messages_after(code, 0).await.len(), 30);
    }
    assert_eq!(site.door().ask_sockets(&Request::get("/healthz")).await.status, 200);
    for program in [&site.web, &site.ws] {
        let log = program.log();
        let faults: Vec<_> = log.iter().filter(|line| line.contains("\"ERROR\"") || line.contains("\"status\":500")).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}
