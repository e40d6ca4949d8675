//! A running site: both servers with Redis between them.

use testbed::{FaultProxy, Program, Redis, free_port};

use crate::{Data, Door};

/// `http-server` and `ws-server`, ready, with their own Redis behind a connection that can be cut. The programs do
/// not inherit the developer's environment.
#[derive(Debug)]
pub struct Site {
    /// The process for plain HTTP.
    pub web: Program,
    /// The process for sockets.
    pub ws: Program,
    /// The connection between both processes and Redis.
    pub line: FaultProxy,
    /// Redis.
    pub redis: Redis,
    web_port: u16,
    ws_port: u16,
    _data: Data,
}

impl Site {
    /// Starts all programs and waits until they listen.
    ///
    /// # Panics
    /// If a program does not start.
    pub async fn start(data: Data) -> Self {
        Self::start_with(data, &[]).await
    }

    /// As [`Site::start`], with more environment variables for both processes.
    ///
    /// # Panics
    /// If a program does not start.
    pub async fn start_with(data: Data, more: &[(&str, &str)]) -> Self {
        Self::start_each(data, more, more).await
    }

    /// As [`Site::start`], with more environment variables for `http-server` and for `ws-server`.
    ///
    /// # Panics
    /// If a program does not start.
    pub async fn start_each(data: Data, web: &[(&str, &str)], ws: &[(&str, &str)]) -> Self {
        let redis = Redis::start().await;
        let line = FaultProxy::start(redis.port()).await;
        let (web_port, ws_port) = (free_port(), free_port());
        let redis_url = line.url(&redis.url());
        let (page_port, socket_port) = (web_port.to_string(), ws_port.to_string());
        let (ws_url, origins) = (format!(":{ws_port}"), format!("http://localhost:{web_port}"));
        let variables = [
            ("PORT", page_port.as_str()),
            ("WS_PORT", socket_port.as_str()),
            ("WS_URL", ws_url.as_str()),
            ("ALLOWED_ORIGINS", origins.as_str()),
            ("DATABASE_URL", data.url()),
            ("REDIS_URL", redis_url.as_str()),
            ("WEB_CONCURRENCY", "2"),
            ("LOG_FORMAT", "json"),
        ];
        let web = Program::start("http-server", &[&variables, web].concat(), &[]);
        let ws = Program::start("ws-server", &[&variables, ws].concat(), &[]);
        let site = Self { web, ws, line, redis, web_port, ws_port, _data: data };
        site.ready().await;
        site
    }

    /// Waits until both processes listen.
    ///
    /// # Panics
    /// If one of them has ended.
    pub async fn ready(&self) {
        self.web.listens(self.web_port).await;
        self.ws.listens(self.ws_port).await;
    }

    /// The addresses without a proxy.
    pub fn door(&self) -> Door {
        Door::http(self.web_port, self.ws_port)
    }

    /// The port of `http-server`.
    pub fn web_port(&self) -> u16 {
        self.web_port
    }

    /// The port of `ws-server`.
    pub fn ws_port(&self) -> u16 {
        self.ws_port
    }
}
