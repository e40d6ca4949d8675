//! Two servers of each kind behind nginx, restarted one after the other under load.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use e2e::{Data, Door, Person, Request};
use testbed::{Nginx, Program, Redis, Upstreams, free_port};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::Error;
use tokio_util::sync::CancellationToken;

/// Between two requests of one client: below the servers' rates.
const PACE: Duration = Duration::from_millis(120);
const CLIENTS: u8 = 4;

struct Fleet {
    web: Vec<(Program, u16)>,
    ws: Vec<(Program, u16)>,
    nginx: Nginx,
    _redis: Redis,
    _data: Data,
}

impl Fleet {
    async fn start() -> Self {
        let (data, redis) = (Data::postgres().await, Redis::start().await);
        let url = redis.url();
        let server = |name: &str| {
            let port = free_port();
            let text = port.to_string();
            let variables =
                [("PORT", text.as_str()), ("DATABASE_URL", data.url()), ("REDIS_URL", &url), ("WEB_CONCURRENCY", "2")];
            (Program::start(name, &variables, &[]), port)
        };
        let web = vec![server("http-server"), server("http-server")];
        let ws = vec![server("ws-server"), server("ws-server")];
        let upstreams = [0, 1].map(|at| Upstreams { web: web[at].1, ws: ws[at].1 });
        let fleet = Self { nginx: Nginx::before(&upstreams).await, web, ws, _redis: redis, _data: data };
        for (program, port) in fleet.web.iter().chain(&fleet.ws) {
            program.listens(*port).await;
        }
        fleet
    }

    fn door(&self, client: u8) -> Door {
        Door::http(self.nginx.http_port(), self.nginx.http_port()).from(Ipv4Addr::new(127, 0, 7, client))
    }

    /// One after the other, as a deployment does.
    async fn restart_all(&mut self) {
        for (program, port) in self.web.iter_mut().chain(&mut self.ws) {
            program.terminate();
            assert!(program.exit_status().await.success(), "{:?}", program.log());
            program.restart();
            program.listens(*port).await;
        }
    }
}

/// Counts the answers that clients got while servers restarted.
#[derive(Default)]
struct Tally {
    answers: u32,
    handshakes: u32,
    goodbyes: u32,
    faults: Vec<String>,
}

#[derive(Clone)]
struct Load {
    tally: Arc<Mutex<Tally>>,
    stop: CancellationToken,
}

impl Load {
    /// Asks for a page and posts a message, again and again.
    async fn ask(self, person: Person, code: String) {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.stop.is_cancelled() {
            pace.tick().await;
            let page = Request::get("/mafia/rules").header("Accept", "text/html");
            for (what, request) in [("GET", page), ("POST", Person::message(&code, "on we go"))] {
                let outcome = person.try_ask(request).await;
                self.count(|tally| match outcome {
                    Ok(answer) if matches!(answer.status, 200 | 201) => tally.answers += 1,
                    // Refused by a server that stops while the request runs, which is not lost on the way.
                    Ok(answer) if answer.status == 503 => {}
                    Ok(answer) => tally.faults.push(format!("{what}: {} {}", answer.status, answer.body)),
                    Err(fault) => tally.faults.push(format!("{what}: {fault}")),
                });
            }
        }
    }

    /// Holds a socket, and opens another as soon as it ends.
    async fn hold(self, person: Person, code: String) {
        while !self.stop.is_cancelled() {
            match person.try_open(&format!("/ws/rooms/{code}/")).await {
                Ok(mut socket) => {
                    self.count(|tally| tally.handshakes += 1);
                    let end = async {
                        loop {
                            if let Err(code) = socket.receive().await {
                                return code;
                            }
                        }
                    };
                    tokio::select! {
                        code = end => self.count(|tally| match code {
                            Some(1012) => tally.goodbyes += 1,
                            other => tally.faults.push(format!("a socket ended with {other:?}")),
                        }),
                        () = self.stop.cancelled() => {}
                    }
                }
                Err(Error::Http(answer)) => self.count(|tally| tally.faults.push(format!("handshake: {}", answer.status()))),
                Err(fault) => self.count(|tally| tally.faults.push(format!("handshake: {fault}"))),
            }
        }
    }

    fn count(&self, change: impl FnOnce(&mut Tally)) {
        change(&mut self.tally.lock().expect("no client panics while it counts"));
    }
}

#[tokio::test]
async fn a_rolling_restart_under_load_shows_no_bad_gateway() {
    let mut fleet = Fleet::start().await;
    let load = Load { tally: Arc::default(), stop: CancellationToken::new() };
    let host = Person::sign_in(&fleet.door(1), "Host").await;
    let code = host.create_room("Lighthouse").await;
    let mut clients = JoinSet::new();
    for number in 1..=CLIENTS {
        let person = Person::sign_in(&fleet.door(number), &format!("Client {number}")).await;
        person.join(&code).await;
        clients.spawn(load.clone().ask(person.clone(), code.clone()));
        clients.spawn(load.clone().hold(person, code.clone()));
    }
    fleet.restart_all().await;
    load.stop.cancel();
    while let Some(client) = clients.join_next().await {
        client.expect("a client counts to the end");
    }
    let tally = load.tally.lock().expect("all clients have ended");
    assert!(tally.faults.is_empty(), "{} answers, {} handshakes: {:?}", tally.answers, tally.handshakes, tally.faults);
    assert!(tally.goodbyes >= u32::from(CLIENTS), "every socket was on a server that was restarted");
    let statuses = fleet.nginx.log().into_iter().filter(|line| line.contains(" 502 ") || line.contains(" 504 "));
    assert_eq!(statuses.collect::<Vec<_>>(), [""; 0]);
}
