//! `redis.conf`, and the address that results from it.

use std::path::{Path, PathBuf};

use super::RedisOptions;
use crate::{Issued, certificate::Certificate};

/// The name of the configuration file in the server's folder.
pub(super) const FILE: &str = "redis.conf";

/// The address of the server.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) port: u16,
    pub(super) password: Option<String>,
    pub(super) tls: bool,
    /// The certificate of `redis-cli`, for a server that requires one.
    client: Option<Issued>,
    socket: Option<PathBuf>,
}

impl Address {
    pub(super) fn new(options: &RedisOptions, port: u16, folder: &Path) -> Self {
        Self {
            port,
            password: options.password.clone(),
            tls: options.tls || options.certificate.is_some(),
            client: options.certificate.clone().filter(|_| options.asks_clients),
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

    /// The arguments that tell `redis-cli` the server.
    pub(super) fn cli(&self) -> Vec<String> {
        if let Some(socket) = &self.socket {
            return vec!["-s".to_owned(), socket.display().to_string()];
        }
        let mut arguments = vec!["-p".to_owned(), self.port.to_string()];
        if self.tls {
            arguments.extend(["--tls", "--insecure"].map(str::to_owned));
            if let Some(Issued { certificate, key, .. }) = &self.client {
                let files = [("--cert", certificate), ("--key", key)];
                arguments.extend(files.into_iter().flat_map(|(flag, path)| [flag.to_owned(), path.display().to_string()]));
            }
        }
        arguments
    }
}

/// Returns the lines for TLS. Without `issued` they use a self-signed certificate in `folder`.
pub(crate) fn tls(issued: Option<&Issued>, asks_clients: bool, folder: &Path) -> [String; 5] {
    let issued = issued.cloned().unwrap_or_else(|| {
        let Certificate { certificate, key } = Certificate::write(folder);
        Issued { authority: certificate.clone(), certificate, key }
    });
    [
        format!("tls-cert-file {}", issued.certificate.display()),
        format!("tls-key-file {}", issued.key.display()),
        format!("tls-ca-cert-file {}", issued.authority.display()),
        format!("tls-auth-clients {}", if asks_clients { "yes" } else { "no" }),
        "tls-replication yes".to_owned(),
    ]
}

/// Writes the configuration file into `folder`, and the certificate if it needs one.
pub(super) fn write(options: &RedisOptions, address: &Address, folder: &Path) {
    let mut lines = vec![
        "bind 127.0.0.1".to_owned(),
        // Nothing on disk: tests rely on the loss of a killed server's data.
        "save \"\"".to_owned(),
        "appendonly no".to_owned(),
        // A replica gets its data at once, without the default wait of five seconds for further replicas.
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
        lines.push(format!("tls-port {secure}"));
        lines.extend(tls(options.certificate.as_ref(), options.asks_clients, folder));
    }
    lines.extend(options.password.iter().map(|p| format!("requirepass {p}")));
    if let Some(bus) = options.cluster_bus {
        lines.extend(["cluster-enabled yes".to_owned(), format!("cluster-port {bus}")]);
    }
    lines.extend(options.config.iter().cloned());
    std::fs::write(folder.join(FILE), lines.join("\n") + "\n").expect("our own folder can be written");
}
