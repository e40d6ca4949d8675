//! A process whose machine has the wrong time.

use std::{path::PathBuf, time::Duration};

use e2e::{Data, Door, Person, Request, Site};
use serde_json::{Value, json};
use testbed::{Program, free_port};
use tokio::time::Instant;

/// Longer than a lease plus two sweeps.
const NIGHT_SECONDS: u64 = 28;
const PEOPLE: [&str; 4] = ["Ada", "Bo", "Cy", "Di"];

/// A server on a machine with a shifted time of day; monotonic clocks are not shifted.
struct Shifted {
    program: Program,
    port: u16,
}

impl Shifted {
    async fn start(site: &Site, database: &str, name: &str, shift: &str) -> Self {
        let port = free_port();
        let (port_text, redis) = (port.to_string(), site.line.url(&site.redis.url()));
        let origin = format!("http://localhost:{}", site.web_port());
        let library = library();
        let program = Program::start(
            name,
            &[
                ("PORT", &port_text),
                ("ALLOWED_ORIGINS", &origin),
                ("DATABASE_URL", database),
                ("REDIS_URL", &redis),
                ("LD_PRELOAD", library.to_str().expect("a path in UTF-8")),
                ("FAKETIME", shift),
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ],
            &[],
        );
        program.listens(port).await;
        Self { program, port }
    }
}

/// The Debian package faketime has it, below a folder that is named after the machine.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").expect("a folder of libraries");
    let candidates = folders.flatten().map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    candidates.into_iter().find(|path| path.is_file()).expect("libfaketime is not installed: `make install` first")
}

#[tokio::test]
async fn a_process_with_a_wrong_clock_does_no_harm() {
    let data = Data::postgres().await;
    let database = data.url().to_owned();
    let site = Site::start(data).await;
    let (ahead, far_ahead, behind) = tokio::join!(
        Shifted::start(&site, &database, "ws-server", "+20s"),
        Shifted::start(&site, &database, "ws-server", "+120s"),
        Shifted::start(&site, &database, "http-server", "-90s"),
    );
    let healthy = site.door();
    let (to_ahead, to_far_ahead) = (Door::http(site.web_port(), ahead.port), Door::http(site.web_port(), far_ahead.port));
    let to_behind = Door::http(behind.port, site.ws_port());

    let mut people = Vec::new();
    for name in PEOPLE {
        people.push(Person::sign_in(&healthy, name).await);
    }
    let (ada, bo, cy) = (&people[0], &people[1], &people[2]);
    let room = ada.create_room("Lighthouse").await;
    for person in [bo, cy] {
        person.join(&room).await;
    }
    let table = table(&people).await;
    let from_behind = ada.through(&to_behind).ask(Request::get(&format!("/api/v1/games/{table}"))).await.expect(200).json();
    let from_healthy = ada.ask(Request::get(&format!("/api/v1/games/{table}"))).await.expect(200).json();
    let apart = from_healthy["now"].as_i64().expect("a time") - from_behind["now"].as_i64().expect("a time");
    assert!(apart.abs() < 45_000, "{apart} ms: the server whose clock is 90 s behind tells the right time");

    // One client through each of the three.
    let mut hears = ada.enter(&room).await;
    hears.frame("room.state").await;
    let _others = [bo.through(&to_ahead).enter(&room).await, cy.through(&to_far_ahead).enter(&room).await];
    for person in [bo, cy] {
        hears.frame_where("room.presence", |frame| frame["user_id"] == person.id && frame["online"] == true).await;
    }
    let mut plays = ada.through(&to_ahead).open(&format!("/ws/games/{table}/")).await;
    plays.frame("game.state").await;
    let began = Instant::now();
    let _started = ada.through(&to_behind).ask(Request::new("POST", &format!("/api/v1/games/{table}/start"))).await.expect(200);
    let night_is_over = async {
        let is_dawn = |frame: &Value| frame["stream"] == "public" && frame["view"]["phase"] == "dawn";
        plays.frame_where("game.update", is_dawn).await;
        began.elapsed()
    };
    let flapping = hears.frame_where("room.presence", |frame| frame["online"] == false);
    let night = tokio::select! {
        night = night_is_over => night,
        frame = flapping => panic!("presence flaps: {frame}"),
    };
    assert!(night >= Duration::from_secs(NIGHT_SECONDS - 1), "the night was over after {night:?}");

    for (shifted, said) in
        [(&ahead, "s ahead of the database's"), (&far_ahead, "s ahead of the database's"), (&behind, "s behind the database's")]
    {
        let lines = shifted.program.log().into_iter().filter(|line| line.contains("this machine's clock is")).collect::<Vec<_>>();
        assert!(matches!(&lines[..], [line] if line.contains(said) && line.contains("NTP")), "once: {lines:?}");
    }
    assert!(!site.ws.log().iter().any(|line| line.contains("this machine's clock")));
}

/// A table with all these clients.
async fn table(people: &[Person]) -> String {
    let setup = json!({ "setup": { "options": { "night_seconds": NIGHT_SECONDS } } });
    let made = people[0].ask(Request::new("POST", "/api/v1/games").json(&setup)).await.expect(201).json();
    let code = made["game"]["code"].as_str().expect("a code").to_owned();
    for guest in &people[1..] {
        let _seated = guest.ask(Request::new("PUT", &format!("/api/v1/games/{code}/seat"))).await.expect(200);
    }
    code
}
