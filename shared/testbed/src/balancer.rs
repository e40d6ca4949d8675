//! A real load balancer with its file in `deploy/`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::{binaries, cleanup, eventually, free_port, process::Process};

/// Longer than a start or a reload takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// The program of a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BalancerKind {
    /// nginx, with `deploy/nginx/nginx.conf`.
    Nginx,
    /// HAProxy, with `deploy/haproxy/haproxy.cfg`.
    Haproxy,
    /// Caddy, with `deploy/caddy/Caddyfile`.
    Caddy,
}

impl BalancerKind {
    /// The name of the program.
    fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Caddy => "caddy",
        }
    }
}

/// The ports of the processes behind a balancer.
#[derive(Debug, Clone, Copy)]
pub struct Upstreams {
    /// The process for plain HTTP.
    pub web: u16,
    /// The process for WebSockets.
    pub ws: u16,
}

/// A load balancer with its file in `deploy/`, on its own ports and with a self-signed certificate. Dropping it ends it.
#[derive(Debug)]
pub struct Balancer {
    // Fields drop in this order: the server ends before its folder is removed.
    process: Process,
    folder: TempDir,
    kind: BalancerKind,
    http: u16,
    https: u16,
}

impl Balancer {
    /// Starts a balancer in front of one or two servers of each kind, which need not run yet, and waits until it listens.
    ///
    /// # Panics
    /// If the program is not installed, refuses the file, or does not listen in time.
    pub async fn start(kind: BalancerKind, upstreams: &[Upstreams]) -> Self {
        Self::start_edited(kind, upstreams, "").await
    }

    /// Like [`Balancer::start`], with the file edited by a `sed` script, as an operator may edit it.
    ///
    /// # Panics
    /// As [`Balancer::start`].
    pub async fn start_edited(kind: BalancerKind, upstreams: &[Upstreams], script: &str) -> Self {
        let folder = cleanup::temporary();
        let (http, https) = (free_port(), free_port());
        let mut command = command(kind, folder.path(), upstreams);
        command.env("HTTP_PORT", http.to_string()).env("HTTPS_PORT", https.to_string()).env("EDIT", script);
        let balancer = Self { process: Process::spawn(kind.name(), &mut command), folder, kind, http, https };
        balancer.ready().await;
        balancer
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

    /// Makes the balancer read its file again, and waits until it has done so: nginx and HAProxy start new workers.
    ///
    /// # Panics
    /// If it does not do so in time. The message shows the log.
    pub async fn reload(&self) {
        match self.kind {
            BalancerKind::Nginx => self.replace_workers(Signal::HUP).await,
            BalancerKind::Haproxy => self.replace_workers(Signal::USR2).await,
            BalancerKind::Caddy => self.reload_caddy(),
        }
        self.ready().await;
    }

    async fn replace_workers(&self, signal: Signal) {
        let before = self.children();
        self.process.signal(signal);
        eventually(DEADLINE, || async {
            assert!(!self.process.has_ended(), "it has ended\n{}", self.process.output());
            self.children().iter().any(|child| !before.contains(child)).then_some(())
        })
        .await;
    }

    fn reload_caddy(&self) {
        let mut command = Command::new(binaries::find(&["caddy"]));
        command.args(["reload", "--force", "--address", "unix/caddy.sock", "--config", "Caddyfile", "--adapter", "caddyfile"]);
        let output = command.current_dir(self.folder.path()).output().expect("caddy starts");
        assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), self.process.output());
    }

    /// The lines of the access and error logs so far.
    pub fn log(&self) -> Vec<String> {
        self.process.lines()
    }

    /// Waits for the first line of the logs for which `wanted` is true.
    ///
    /// # Panics
    /// If there is none in time. The message shows the logs.
    pub async fn log_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.process.line(DEADLINE, wanted).await
    }

    async fn ready(&self) {
        eventually(DEADLINE, || async {
            assert!(!self.process.has_ended(), "it has ended\n{}", self.process.output());
            TcpStream::connect(("127.0.0.1", self.http)).await.ok()?;
            TcpStream::connect(("127.0.0.1", self.https)).await.ok()
        })
        .await;
    }

    /// The numbers of its worker processes.
    fn children(&self) -> Vec<String> {
        let pid = self.process.pid();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        children.split_whitespace().map(str::to_owned).collect()
    }
}

/// Runs the script of `make up-nginx`. It execs the balancer, so the process keeps its number.
fn command(kind: BalancerKind, folder: &Path, upstreams: &[Upstreams]) -> Command {
    let ports = |port: fn(&Upstreams) -> u16| {
        let ports: Vec<_> = upstreams.iter().map(|upstreams| port(upstreams).to_string()).collect();
        ports.join(" ")
    };
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/local/balancer.sh"));
    command.arg(kind.name()).arg(folder);
    command.env("WEB_PORT", ports(|upstreams| upstreams.web)).env("WS_PORT", ports(|upstreams| upstreams.ws));
    command
}
