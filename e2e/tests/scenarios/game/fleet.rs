//! Sites for kill tests: one with two processes for sockets, one in a single process.

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use e2e::{Data, Door, Person, Request};
use serde_json::{Value, json};
use testbed::{Postgres, Program, Redis, eventually, free_port};

/// `http-server`, two `ws-server`s, Redis and PostgreSQL, for one test.
pub(super) struct Fleet {
    pub(super) web: Program,
    pub(super) ws: [Program; 2],
    pub(super) redis: Redis,
    pub(super) postgres: Postgres,
    web_port: u16,
    ws_ports: [u16; 2],
    arrivals: AtomicU32,
    _data: Data,
}

impl Fleet {
    pub(super) async fn start() -> Self {
        let (redis, postgres) = (Redis::start().await, Postgres::start().await);
        let data = Data::in_postgres(&postgres).await;
        let web_port = free_port();
        let ws_ports = [free_port(), free_port()];
        let (web_text, redis_url) = (web_port.to_string(), redis.url());
        let origin = format!("http://localhost:{web_port}");
        let variables = |ws: &str| -> Vec<(String, String)> {
            let all = [
                ("PORT", web_text.as_str()),
                ("WS_PORT", ws),
                ("ALLOWED_ORIGINS", &origin),
                ("DATABASE_URL", data.url()),
                ("REDIS_URL", &redis_url),
                ("WEB_CONCURRENCY", "2"),
                ("LOG_FORMAT", "json"),
            ];
            all.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        let start = |program: &str, ws: u16| {
            let variables = variables(&ws.to_string());
            let borrowed: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            Program::start(program, &borrowed, &[])
        };
        let web = start("http-server", ws_ports[0]);
        let ws = ws_ports.map(|port| start("ws-server", port));
        let fleet = Self { web, ws, redis, postgres, web_port, ws_ports, arrivals: AtomicU32::new(0), _data: data };
        fleet.ready().await;
        fleet
    }

    /// Waits until all three are healthy.
    pub(super) async fn ready(&self) {
        for port in [self.web_port, self.ws_ports[0], self.ws_ports[1]] {
            serves(port).await;
        }
    }
}

/// A site with games.
pub(super) trait Site {
    /// The addresses with one of two processes for sockets.
    fn door(&self, way: usize) -> Door;

    /// The client address of the next players.
    fn next_address(&self) -> Ipv4Addr;

    /// Uses a new client address: a whole soak from one address exceeds the rate of sign-ins.
    async fn people(&self, names: &[&str]) -> Vec<Person> {
        let door = self.door(0).from(self.next_address());
        let mut people = Vec::new();
        for name in names {
            people.push(Person::sign_in(&door, name).await);
        }
        people
    }
}

impl Site for Fleet {
    /// Sockets on the first or the second process.
    fn door(&self, way: usize) -> Door {
        Door::http(self.web_port, self.ws_ports[way])
    }

    fn next_address(&self) -> Ipv4Addr {
        Ipv4Addr::from(0x7f01_0001 + self.arrivals.fetch_add(1, Ordering::Relaxed))
    }
}

/// One process with SQLite and a layer in memory.
pub(super) struct Laptop {
    pub(super) both: Program,
    port: u16,
    _data: Data,
}

impl Laptop {
    pub(super) async fn start() -> Self {
        let (port, data) = (free_port(), Data::sqlite());
        let both = Program::start("runserver", &[("PORT", &port.to_string()), ("DATABASE_URL", data.url())], &[]);
        let laptop = Self { both, port, _data: data };
        laptop.ready().await;
        laptop
    }

    pub(super) async fn ready(&self) {
        serves(self.port).await;
    }
}

impl Site for Laptop {
    fn door(&self, _: usize) -> Door {
        Door::http(self.port, self.port)
    }

    fn next_address(&self) -> Ipv4Addr {
        Ipv4Addr::LOCALHOST
    }
}

/// Opens a table with these options, with all of `people` and `bots` bots, and returns its code.
pub(super) async fn table(people: &[Person], bots: usize, options: &Value) -> String {
    let [host, guests @ ..] = people else { panic!("a table has a host") };
    let setup = json!({ "setup": { "options": options } });
    let made = host.ask(Request::new("POST", "/api/v1/games").json(&setup)).await.expect(201).json();
    let code = made["game"]["code"].as_str().expect("a code").to_owned();
    for guest in guests {
        let _seated = guest.ask(Request::new("PUT", &format!("/api/v1/games/{code}/seat"))).await.expect(200);
    }
    if bots > 0 {
        let request = Request::new("POST", &format!("/api/v1/games/{code}/bots")).json(&json!({ "count": bots }));
        let _seated = host.ask(request).await.expect(200);
    }
    code
}

pub(super) async fn start(host: &Person, code: &str) {
    let _started = host.ask(Request::new("POST", &format!("/api/v1/games/{code}/start"))).await.expect(200);
}

/// Waits until a process is healthy: listening is not sufficient.
async fn serves(port: u16) {
    let door = Door::http(port, port);
    eventually(Duration::from_secs(60), async || {
        let answer = door.try_ask(&Request::new("GET", "/healthz")).await;
        answer.is_ok_and(|answer| answer.status == 200).then_some(())
    })
    .await;
}
