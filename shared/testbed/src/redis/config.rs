//! `redis.conf` and the address that follows from it.

use std::path::{Path, PathBuf};

use super::RedisOptions;
use crate::certificate::Certificate;

/// The name of the configuration file in the server's folder.
pub(super) const FILE: &str = "redis.conf";

/// Where and how the server is reached.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) port: u16,
    pub(super) password: Option<String>,
    pub(super) tls: bool,
    socket: Option<PathBuf>,
}

impl Address {
    pub(super) fn new(options: &RedisOptions, port: u16, folder: &Path) -> Self {
        Self {
            port,
            password: options.password.clone(),
            tls: options.tls,
            socket: options.unix_socket.then(|| folder.join("redis.sock")),
        }
    }

    pub(super) fn unix_socket(&self) -> bool {
        self.socket.is_some()
    }

    pub(super) fn url(&self) -> String {
        let password = self.password.as_deref();
        if let Some(socket) = &self.socket {
            let query = password.map(|p| format!("?pass={p}")).unwrap_or_default();
            return format!("unix://{}{query}", socket.display());
        }
        let scheme = if self.tls { "rediss" } else { "redis" };
        let user = password.map(|p| format!(":{p}@")).unwrap_or_default();
        format!("{scheme}://{user}127.0.0.1:{}", self.port)
    }

    /// The arguments with which `redis-cli` finds the server.
    pub(super) fn cli(&self) -> Vec<String> {
        if let Some(socket) = &self.socket {
            return vec!["-s".to_owned(), socket.display().to_string()];
        }
        let mut arguments = vec!["-p".to_owned(), self.port.to_string()];
        if self.tls {
            arguments.extend(["--tls", "--insecure"].map(str::to_owned));
        }
        arguments
    }
}

/// Writes the configuration file (and the certificate where it needs one) into `folder`.
pub(super) fn write(options: &RedisOptions, address: &Address, folder: &Path) {
    let mut lines = vec![
        "bind 127.0.0.1".to_owned(),
        // Nothing on disk: what a killed server forgets is part of what is tested.
        "save \"\"".to_owned(),
        "appendonly no".to_owned(),
        // A replica gets its data when it asks, and not after five seconds in which others might ask too.
        "repl-diskless-sync-delay 0".to_owned(),
        format!("dir {}", folder.display()),
    ];
    let (plain, secure) = if address.tls { (0, address.port) } else { (address.port, 0) };
    if let Some(socket) = &address.socket {
        lines.push("port 0".to_owned());
        lines.push(format!("unixsocket {}", socket.display()));
    } else {
        lines.push(format!("port {plain}"));
    }
    if address.tls {
        let Certificate { certificate, key } = Certificate::write(folder);
        lines.push(format!("tls-port {secure}"));
        lines.push(format!("tls-cert-file {}", certificate.display()));
        lines.push(format!("tls-key-file {}", key.display()));
        lines.push(format!("tls-ca-cert-file {}", certificate.display()));
        lines.push("tls-auth-clients no".to_owned());
        lines.push("tls-replication yes".to_owned());
    }
    lines.extend(options.password.iter().map(|p| format!("requirepass {p}")));
    lines.extend(options.config.iter().cloned());
    std::fs::write(folder.join(FILE), lines.join("\n") + "\n").expect("our own folder can be written");
}
