//! Two servers of each kind behind a load balancer.

use std::net::Ipv4Addr;
use std::time::Duration;

use testbed::{Balancer, BalancerKind, Program, Redis, Upstreams, eventually, free_port};

use crate::{Data, Door, Request};

/// Longer than a server takes to be healthy on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);
/// A `sed` script for the deadlines of a balancer for connections, checks and answers.
const PATIENT: &str = "s/(timeout (connect|check|server)|(proxy_connect|proxy_read)_timeout|(health|dial|response_header)_timeout) (2|10)s/\\1 60s/";

/// A process behind a load balancer.
#[derive(Debug)]
pub struct Server {
    /// The process.
    pub program: Program,
    /// The port that it listens on.
    pub port: u16,
}

impl Server {
    /// The number of sockets that this ws-server has accepted.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn accepted_sockets(&self) -> u64 {
        let health = Door::http(self.port, self.port).ask(&Request::get("/healthz")).await.json();
        health["sockets"]["accepted"].as_u64().unwrap_or_else(|| panic!("{health}"))
    }

    /// Whether the access log of this http-server has a request to a path that contains `path`.
    pub fn has_answered(&self, path: &str) -> bool {
        self.program.log().iter().any(|line| line.contains("\"access\"") && line.contains(path))
    }

    /// Waits until it says that it is healthy: its layer connects after the start.
    ///
    /// # Panics
    /// If it ends, or is not healthy in time.
    pub async fn healthy(&self) {
        self.program.listens(self.port).await;
        let door = Door::http(self.port, self.port);
        eventually(DEADLINE, || async {
            let answer = door.try_ask(&Request::get("/healthz")).await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
    }

    /// Restarts it as a deployment does, and waits until it is healthy.
    ///
    /// # Panics
    /// If it ends with a failure, or is not healthy in time.
    pub async fn restart(&mut self) {
        self.program.terminate();
        assert!(self.program.exit_status().await.success(), "{:?}", self.program.log());
        self.program.restart();
        self.healthy().await;
    }
}

/// All processes of a site with a load balancer and PostgreSQL.
#[derive(Debug)]
pub struct Fleet {
    /// Two http-servers.
    pub web: Vec<Server>,
    /// Two ws-servers.
    pub ws: Vec<Server>,
    /// The load balancer before all of them.
    pub balancer: Balancer,
    kind: BalancerKind,
    _redis: Redis,
    _data: Data,
}

impl Fleet {
    /// Starts everything and waits until both servers of each kind are healthy. The balancer waits a minute for each answer, where its
    /// file says 2 s or 10 s: on a busy machine a working server may need that long.
    ///
    /// # Panics
    /// If a program does not start.
    pub async fn start(kind: BalancerKind) -> Self {
        Self::start_edited(kind, PATIENT).await
    }

    /// As [`Fleet::start`], with the balancer's file as it is.
    ///
    /// # Panics
    /// As [`Fleet::start`].
    pub async fn start_unchanged(kind: BalancerKind) -> Self {
        Self::start_edited(kind, "").await
    }

    async fn start_edited(kind: BalancerKind, script: &str) -> Self {
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
            server.healthy().await;
        }
        let upstreams = [0, 1].map(|at| Upstreams { web: web[at].port, ws: ws[at].port });
        Self { balancer: Balancer::start_edited(kind, &upstreams, script).await, kind, web, ws, _redis: redis, _data: data }
    }

    /// Another balancer of the same kind before the same servers, with the file edited by a `sed` script.
    ///
    /// # Panics
    /// As [`Balancer::start`].
    pub async fn edited(&self, script: &str) -> Balancer {
        let upstreams = [0, 1].map(|at| Upstreams { web: self.web[at].port, ws: self.ws[at].port });
        Balancer::start_edited(self.kind, &upstreams, &format!("{PATIENT};{script}")).await
    }

    /// Another balancer of the same kind that takes each kind of server for the other.
    ///
    /// # Panics
    /// As [`Balancer::start`].
    pub async fn swapped(&self) -> Balancer {
        let upstreams = [0, 1].map(|at| Upstreams { web: self.ws[at].port, ws: self.web[at].port });
        Balancer::start_edited(self.kind, &upstreams, PATIENT).await
    }

    /// The site for a client with an address of its own.
    pub fn door(&self, client: u16) -> Door {
        Self::door_of(&self.balancer, client)
    }

    /// The site behind `balancer` for a client with an address of its own: `127.0.7.N`, and `127.0.8.N` from 256 on.
    pub fn door_of(balancer: &Balancer, client: u16) -> Door {
        let [high, low] = client.to_be_bytes();
        Door::http(balancer.http_port(), balancer.http_port()).from(Ipv4Addr::new(127, 0, 7 + high, low))
    }
}

/// The seconds in which a stopping server still serves. HAProxy and Caddy notice within 2 s that it is not ready, and later on a busy machine.
/// nginx asks no server and goes to the next one instead.
fn drain_delay(kind: BalancerKind) -> &'static str {
    match kind {
        BalancerKind::Nginx => "0",
        BalancerKind::Haproxy | BalancerKind::Caddy => "8",
    }
}
