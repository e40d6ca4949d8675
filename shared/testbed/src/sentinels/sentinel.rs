//! One sentinel.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::MASTER_NAME;
use crate::redis::{cli, config as redis_config, server};
use crate::{Issued, eventually, free_port, guardian, process::Process};

/// How many of the three must have lost the master before it is replaced.
const QUORUM: u32 = 2;

/// Milliseconds without an answer after which a server counts as dead. Longer than a busy machine keeps a living one from its
/// turn: with 300 the sentinels of a test replaced a master that nobody had killed, again and again.
const DOWN_AFTER: u32 = 1500;

/// Milliseconds that a step of a failover may take. One step waits for what the replica tells about itself once a second.
const FAILOVER_TIMEOUT: u32 = 5000;

/// In milliseconds: how often a sentinel asks the servers how they are, and the others whether they have lost the master too.
/// Not oftener: an answer of the replica's is good for three of the first, and in a failover comes once a second. And how long
/// it does nothing after its own clock has leapt, as on a machine that is busy with other tests: half a minute otherwise.
const PERIODS: [&str; 7] = ["DEBUG", "INFO-PERIOD", "1000", "ASK-PERIOD", "100", "TILT-PERIOD", "100"];

/// How often a sentinel tells the others of itself, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hello {
    /// Until they know each other.
    Often,
    /// As everywhere else. A sentinel makes a replica again of a server that has been a master for four such periods and
    /// nobody said why, and in a polite failover the one who promotes it says so only after a second.
    Usual,
}

#[derive(Debug)]
pub(super) struct Sentinel {
    // Dropped in this order: the process ends before its folder goes.
    process: Process,
    _folder: TempDir,
    port: u16,
    tls: bool,
}

impl Sentinel {
    /// Watches the master on `master`, a port of this machine.
    pub(super) async fn start(master: u16, password: Option<&str>, issued: Option<&Issued>) -> Self {
        let folder = guardian::temporary();
        let port = free_port();
        let file = folder.path().join("sentinel.conf");
        std::fs::write(&file, config(folder.path(), port, master, password, issued)).expect("our own folder can be written");
        let tls = issued.is_some();
        let process = Process::spawn("a sentinel", Command::new(server(tls)).arg(file).arg("--sentinel"));
        let sentinel = Self { process, _folder: folder, port, tls };
        sentinel.ready().await;
        sentinel
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn runs(&self) -> bool {
        !self.process.has_ended()
    }

    pub(super) fn kill9(&self) {
        self.process.kill_now();
    }

    pub(super) fn log(&self) -> String {
        self.process.output()
    }

    /// The answer to `SENTINEL` and `command`, line by line.
    pub(super) async fn ask(&self, command: &[&str]) -> Result<Vec<String>, String> {
        let mut arguments = vec!["-p".to_owned(), self.port.to_string()];
        if self.tls {
            arguments.extend(["--tls", "--insecure"].map(str::to_owned));
        }
        let text = cli::ask(arguments, None, &[&["SENTINEL"], command].concat()).await?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The port of the master, as far as this one knows.
    pub(super) async fn master_port(&self) -> Option<u16> {
        self.ask(&["GET-MASTER-ADDR-BY-NAME", MASTER_NAME]).await.ok()?.get(1)?.parse().ok()
    }

    /// Whether it knows so many other sentinels and replicas of the master.
    pub(super) async fn knows(&self, others: usize, replicas: usize) -> bool {
        let Ok(fields) = self.ask(&["MASTER", MASTER_NAME]).await else { return false };
        let is = |name: &str, wanted: usize| {
            fields.iter().zip(fields.iter().skip(1)).any(|(field, value)| field == name && *value == wanted.to_string())
        };
        is("num-other-sentinels", others) && is("num-slaves", replicas)
    }

    pub(super) async fn greet(&self, hello: Hello) {
        let period = match hello {
            Hello::Often => "100",
            Hello::Usual => "2000",
        };
        self.ask(&["DEBUG", "PUBLISH-PERIOD", period]).await.expect("a sentinel that runs answers");
    }

    async fn ready(&self) {
        eventually(Duration::from_secs(20), || async {
            assert!(self.runs(), "a sentinel has ended\n{}", self.process.output());
            self.ask(&PERIODS).await.ok()
        })
        .await;
        self.greet(Hello::Often).await;
    }
}

fn config(folder: &Path, port: u16, master: u16, password: Option<&str>, issued: Option<&Issued>) -> String {
    let listen = match issued {
        Some(issued) => format!("port 0\ntls-port {port}\n{}", redis_config::tls(Some(issued), false, folder).join("\n")),
        None => format!("port {port}"),
    };
    let auth = password.map(|password| format!("sentinel auth-pass {MASTER_NAME} {password}\n")).unwrap_or_default();
    format!(
        "bind 127.0.0.1\n{listen}\ndir {}\n\
         sentinel monitor {MASTER_NAME} 127.0.0.1 {master} {QUORUM}\n\
         sentinel down-after-milliseconds {MASTER_NAME} {DOWN_AFTER}\n\
         sentinel failover-timeout {MASTER_NAME} {FAILOVER_TIMEOUT}\n{auth}",
        folder.display()
    )
}
