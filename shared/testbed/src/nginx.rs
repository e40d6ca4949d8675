//! A real nginx with the configuration that we deploy.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::{Certificate, binaries, eventually, free_port, guardian, process::Process};

/// The ports that nginx sends requests to.
#[derive(Debug, Clone, Copy)]
pub struct Upstreams {
    /// The process that answers plain HTTP.
    pub web: u16,
    /// The process that holds WebSockets.
    pub ws: u16,
}

/// nginx with `deploy/nginx.conf` on ports of its own and a self-signed certificate. Dropping it ends it.
#[derive(Debug)]
pub struct Nginx {
    // Dropped in this order: the server ends before its folder goes.
    process: Process,
    folder: TempDir,
    http: u16,
    https: u16,
}

impl Nginx {
    /// Starts nginx in front of two servers (they need not run yet) and waits until it listens.
    ///
    /// # Panics
    /// Where nginx is not installed, or the configuration lacks an address that is to be replaced, or is refused.
    pub async fn start(upstreams: Upstreams) -> Self {
        let folder = guardian::temporary();
        let (http, https) = (free_port(), free_port());
        write_configuration(folder.path(), upstreams, http, https);
        Certificate::write(folder.path());
        let process = Process::spawn("nginx", &mut command(folder.path()));
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

    /// The certificate that HTTPS shows.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// What nginx has written to its access and error logs so far.
    pub fn log(&self) -> Vec<String> {
        self.process.lines()
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

fn write_configuration(folder: &Path, upstreams: Upstreams, http: u16, https: u16) {
    let deployed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/nginx.conf");
    let mut text = std::fs::read_to_string(deployed).expect("deploy/nginx.conf is in the workspace");
    for (default, ours) in [
        ("server 127.0.0.1:8000", format!("server 127.0.0.1:{}", upstreams.web)),
        ("server 127.0.0.1:8001", format!("server 127.0.0.1:{}", upstreams.ws)),
        ("listen 8080", format!("listen 127.0.0.1:{http}")),
        ("listen 8443", format!("listen 127.0.0.1:{https}")),
    ] {
        assert!(text.contains(default), "deploy/nginx.conf has no `{default}` any more");
        text = text.replace(default, &ours);
    }
    std::fs::write(folder.join("nginx.conf"), text).expect("our own folder can be written");
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(binaries::find(&["nginx"]));
    command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf")).args(["-e", "stderr", "-g", "daemon off;"]);
    command
}
