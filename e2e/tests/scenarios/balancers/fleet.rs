//! Two servers of each kind behind a load balancer.

use std::net::Ipv4Addr;
use std::time::Duration;

use e2e::{Data, Door, Person, Request};
use testbed::{Balancer, BalancerKind, Program, Redis, Upstreams, eventually, free_port};

/// Between two rounds of requests of one client: below the servers' rates.
pub(super) const PACE: Duration = Duration::from_millis(120);

/// A process and its port.
pub(super) struct Server {
    pub(super) program: Program,
    pub(super) port: u16,
}

impl Server {
    /// The number of sockets that this ws-server has accepted.
    pub(super) async fn accepted_sockets(&self) -> u64 {
        let health = Door::http(self.port, self.port).ask(&Request::get("/healthz")).await.json();
        health["sockets"]["accepted"].as_u64().unwrap_or_else(|| panic!("{health}"))
    }

    /// Whether the access log of this http-server has a request to a path that contains `path`.
    pub(super) fn has_answered(&self, path: &str) -> bool {
        self.program.log().iter().any(|line| line.contains("\"access\"") && line.contains(path))
    }
}

/// All processes of a site with a load balancer.
pub(super) struct Fleet {
    pub(super) web: Vec<Server>,
    pub(super) ws: Vec<Server>,
    pub(super) balancer: Balancer,
    kind: BalancerKind,
    _redis: Redis,
    _data: Data,
}

impl Fleet {
    /// Starts everything and waits until both servers of each kind are healthy.
    pub(super) async fn start(kind: BalancerKind) -> Self {
        let (data, redis) = (Data::postgres().await, Redis::start().await);
        let url = redis.url();
        let delay = drain_delay(kind);
        let server = |name: &str| {
            let port = free_port();
            let text = port.to_string();
            let variables = [
                ("PORT", text.as_str()),
                ("DATABASE_URL", data.url()),
                ("REDIS_URL", &url),
                ("WEB_CONCURRENCY", "2"),
                ("LOG_FORMAT", "json"),
                ("HTTP_DRAIN_DELAY", delay),
                ("WS_DRAIN_DELAY", delay),
                ("WS_MAX_SOCKETS_PER_USER", "1000"),
                // Only the balancer's own address is a proxy: a client may have another address of this machine.
                ("TRUSTED_PROXIES", "127.0.0.1"),
            ];
            Server { program: Program::start(name, &variables, &[]), port }
        };
        let web = vec![server("http-server"), server("http-server")];
        let ws = vec![server("ws-server"), server("ws-server")];
        for server in web.iter().chain(&ws) {
            healthy(server).await;
        }
        let upstreams = [0, 1].map(|at| Upstreams { web: web[at].port, ws: ws[at].port });
        Self { balancer: Balancer::start(kind, &upstreams).await, kind, web, ws, _redis: redis, _data: data }
    }

    /// Another balancer of the same kind before the same servers, with the file edited by a `sed` script.
    pub(super) async fn edited(&self, script: &str) -> Balancer {
        let upstreams = [0, 1].map(|at| Upstreams { web: self.web[at].port, ws: self.ws[at].port });
        Balancer::start_edited(self.kind, &upstreams, script).await
    }

    /// Another balancer of the same kind that takes each kind of server for the other.
    pub(super) async fn swapped(&self) -> Balancer {
        let upstreams = [0, 1].map(|at| Upstreams { web: self.ws[at].port, ws: self.web[at].port });
        Balancer::start(self.kind, &upstreams).await
    }

    /// The site for a client with an address of its own.
    pub(super) fn door(&self, client: u8) -> Door {
        door(&self.balancer, client)
    }
}

/// The seconds in which a stopping server still serves. HAProxy and Caddy notice within 2 s that it is not ready. nginx asks no server and
/// goes to the next one instead.
fn drain_delay(kind: BalancerKind) -> &'static str {
    match kind {
        BalancerKind::Nginx => "0",
        BalancerKind::Haproxy | BalancerKind::Caddy => "5",
    }
}

/// The site behind this balancer for a client with an address of its own.
pub(super) fn door(balancer: &Balancer, client: u8) -> Door {
    Door::http(balancer.http_port(), balancer.http_port()).from(Ipv4Addr::new(127, 0, 7, client))
}

/// Waits until the server says that it is healthy: its layer connects after the start.
pub(super) async fn healthy(server: &Server) {
    server.program.listens(server.port).await;
    let door = Door::http(server.port, server.port);
    eventually(Duration::from_secs(60), || async {
        let answer = door.try_ask(&Request::get("/healthz")).await.ok()?;
        (answer.status == 200).then_some(())
    })
    .await;
}

/// Gets a page, posts a message and opens a socket at the same time.
///
/// # Errors
/// What did not succeed at the first try.
pub(super) async fn visit(person: &Person, code: &str) -> Result<(), String> {
    let page = Request::get("/mafia/rules").header("Accept", "text/html");
    let socket = async { person.try_open(&format!("/ws/rooms/{code}/")).await.map_err(|fault| fault.to_string()) };
    let (page, message, socket) = tokio::join!(answered(person, page), answered(person, Person::message(code, "hello")), socket);
    page?;
    message?;
    socket?.leave().await;
    Ok(())
}

async fn answered(person: &Person, request: Request) -> Result<(), String> {
    let answer = person.try_ask(request).await.map_err(|fault| fault.to_string())?;
    if matches!(answer.status, 200 | 201) { Ok(()) } else { Err(format!("{answer:?}")) }
}
