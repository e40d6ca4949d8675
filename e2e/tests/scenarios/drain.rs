//! A polite restart of ws-server, seen by users at other processes.

use std::time::Duration;

use e2e::{Data, Door, Person, Request, Site, Socket};
use serde_json::{Value, json};
use testbed::{Program, Redis, eventually, free_port};

/// One http-server and two ws-servers.
struct Pair {
    web: u16,
    ws: Vec<(Program, u16)>,
    kept: (Program, Redis, Data),
}

impl Pair {
    async fn start() -> Self {
        let (data, redis) = (Data::postgres().await, Redis::start().await);
        let url = redis.url();
        let (web, sockets) = (free_port(), [free_port(), free_port()]);
        let origin = format!("http://localhost:{web}");
        let server = |name: &str, port: u16| {
            let text = port.to_string();
            let variables =
                [("PORT", text.as_str()), ("DATABASE_URL", data.url()), ("REDIS_URL", &url), ("ALLOWED_ORIGINS", &origin)];
            Program::start(name, &variables, &[])
        };
        let web_program = server("http-server", web);
        let ws = sockets.map(|port| (server("ws-server", port), port)).into();
        let pair = Self { web, ws, kept: (web_program, redis, data) };
        pair.kept.0.listens(web).await;
        for (program, port) in &pair.ws {
            program.listens(*port).await;
        }
        pair
    }

    /// A client whose sockets are at this ws-server.
    fn door(&self, at: usize) -> Door {
        Door::http(self.web, self.ws[at].1)
    }

    async fn enter(&self, person: &Person, at: usize, code: &str) -> Socket {
        let mut socket = person.through(&self.door(at)).enter(code).await;
        socket.frame("room.state").await;
        socket
    }
}

#[tokio::test]
async fn a_user_that_comes_back_after_a_restart_was_never_offline() {
    let pair = Pair::start().await;
    let sign_in = async |name| Person::sign_in(&pair.door(0), name).await;
    let (ada, bo, cy) = (sign_in("Ada").await, sign_in("Bo").await, sign_in("Cy").await);
    let code = ada.create_room("Lighthouse").await;
    bo.join(&code).await;
    cy.join(&code).await;
    let (mut adas, mut cys) = (pair.enter(&ada, 0, &code).await, pair.enter(&cy, 0, &code).await);
    let mut bos = pair.enter(&bo, 1, &code).await;

    pair.ws[0].0.terminate();
    assert_eq!((adas.closed().await, cys.closed().await), (Some(1012), Some(1012)));
    assert!(pair.ws[0].0.exit_status().await.success());
    let _adas = pair.enter(&ada, 1, &code).await;
    // Cy does not come back, and is offline when the lease of the process that has ended runs out.
    let first_offline = async {
        loop {
            let frame = bos.receive().await.expect("Bo's socket is open");
            if frame["type"] == "room.presence" && frame["online"] == false {
                return frame["user_id"].clone();
            }
        }
    };
    let offline = tokio::time::timeout(Duration::from_secs(60), first_offline).await.expect("Cy goes offline");
    assert_eq!(offline, cy.id.as_str());
    let members = bo.view(&code).await["members"].clone();
    let online = members.as_array().expect("a list").iter().filter(|member| member["online"] == true).count();
    assert_eq!(online, 2, "{members}");
}

/// The balancer leaves the process before the process leaves its clients.
#[tokio::test]
async fn a_stopping_ws_server_is_not_ready_and_takes_sockets_for_its_delay() {
    let site = Site::start_with(Data::sqlite(), &[("WS_DRAIN_DELAY", "6")]).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let readiness = async || site.door().ask_sockets(&Request::get("/readyz")).await;
    eventually(Duration::from_secs(30), || async { (readiness().await.json()["status"] == "ready").then_some(()) }).await;
    site.ws.terminate();
    eventually(Duration::from_secs(30), || async { (readiness().await.status == 503).then_some(()) }).await;
    let mut late = ada.enter(&code).await;
    late.frame("room.state").await;
    assert_eq!(late.closed().await, Some(1012));
    assert!(site.ws.exit_status().await.success());
}

/// A table of one client and bots, whose phases end by themselves.
async fn table(ada: &Person) -> String {
    let options = json!({
        "night_seconds": 4, "dawn_seconds": 3, "talk_seconds": 3, "vote_seconds": 4, "defence_seconds": 3, "ballot_seconds": 4,
        "dusk_seconds": 3, "first_night_kill": false,
    });
    let setup = json!({ "setup": { "options": options } });
    let made = ada.ask(Request::new("POST", "/api/v1/games").json(&setup)).await.expect(201).json();
    let code = made["game"]["code"].as_str().expect("a code").to_owned();
    for (path, body) in [("bots", json!({ "count": 7 })), ("start", json!({}))] {
        let _done = ada.ask(Request::new("POST", &format!("/api/v1/games/{code}/{path}")).json(&body)).await.expect(200);
    }
    code
}

/// It is the only process that ends phases.
#[tokio::test]
async fn games_go_on_while_the_only_ws_server_drains() {
    let site = Site::start_with(Data::postgres().await, &[("WS_DRAIN_DELAY", "600")]).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = table(&ada).await;
    let mut socket = ada.open(&format!("/ws/games/{code}/")).await;
    let mut phase = socket.frame("game.state").await["public"]["phase"].clone();
    site.ws.terminate();
    site.ws.log_line(|line| line.contains("WS_DRAIN_DELAY")).await;
    for _ in 0..3 {
        let is_next = |frame: &Value| frame["stream"] == "public" && frame["view"]["phase"] != phase;
        let update = socket.frame_where("game.update", is_next).await;
        phase = update["view"]["phase"].clone();
    }
    assert!(!site.ws.has_ended());
}
