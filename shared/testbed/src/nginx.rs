//! A real nginx with the deployed configuration.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::{cleanup, eventually, free_port, process::Process};

/// The ports of the processes behind nginx.
#[derive(Debug, Clone, Copy)]
pub struct Upstreams {
    /// The process for plain HTTP.
    pub web: u16,
    /// The process for WebSockets.
    pub ws: u16,
}

/// nginx with `deploy/nginx.conf` on its own ports and with a self-signed certificate. Dropping it ends it.
#[derive(Debug)]
pub struct Nginx {
    // Fields drop in this order: the server ends before its folder is removed.
    process: Process,
    folder: TempDir,
    http: u16,
    https: u16,
}

impl Nginx {
    /// Starts nginx in front of two servers, which need not run yet, and waits until it listens.
    ///
    /// # Panics
    /// If nginx is not installed, refuses the configuration, or does not listen in time.
    pub async fn start(upstreams: Upstreams) -> Self {
        Self::before(&[upstreams]).await
    }

    /// Like [`Nginx::start`], in front of several servers of each kind.
    ///
    /// # Panics
    /// As [`Nginx::start`].
    pub async fn before(upstreams: &[Upstreams]) -> Self {
        Self::run(upstreams, "").await
    }

    /// Like [`Nginx::start`], with the configuration edited by a `sed` script, as an operator may edit it.
    ///
    /// # Panics
    /// As [`Nginx::start`].
    pub async fn start_edited(upstreams: Upstreams, script: &str) -> Self {
        Self::run(&[upstreams], script).await
    }

    async fn run(upstreams: &[Upstreams], script: &str) -> Self {
        let folder = cleanup::temporary();
        let (http, https) = (free_port(), free_port());
        let process = Process::spawn("nginx", command(folder.path(), upstreams, http, https).env("EDIT", script));
        let nginx = Self { process, folder, http, https };
        nginx.ready().await;
        nginx
    }

    /// The port for plain HTTP.
    pub fn http_port(&self) -> u16 {
        self.http
    }

    /// The port for HTTPS.
    pub fn https_port(&self) -> u16 {
        self.https
    }

    /// The certificate for HTTPS.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// The lines of nginx's access and error logs so far.
    pub fn log(&self) -> Vec<String> {
        self.process.lines()
    }

    /// Waits for the first line of the logs for which `wanted` is true.
    ///
    /// # Panics
    /// If there is none in time. The message shows the logs.
    pub async fn log_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.process.line(Duration::from_secs(20), wanted).await
    }

    async fn ready(&self) {
        eventually(Duration::from_secs(20), || async {
            assert!(!self.process.has_ended(), "nginx has ended\n{}", self.process.output());
            TcpStream::connect(("127.0.0.1", self.http)).await.ok()?;
            TcpStream::connect(("127.0.0.1", self.https)).await.ok()
        })
        .await;
    }
}

/// Runs the script of `make up-nginx`. It execs nginx, so the process keeps its number.
fn command(folder: &Path, upstreams: &[Upstreams], http: u16, https: u16) -> Command {
    let ports = |port: fn(&Upstreams) -> u16| {
        let ports: Vec<_> = upstreams.iter().map(|upstreams| port(upstreams).to_string()).collect();
        ports.join(" ")
    };
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/local/nginx.sh"));
    command.arg(folder);
    command.env("WEB_PORT", ports(|upstreams| upstreams.web)).env("WS_PORT", ports(|upstreams| upstreams.ws));
    command.env("HTTP_PORT", http.to_string()).env("HTTPS_PORT", https.to_string());
    command
}
