//! A sentinel.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::MASTER_NAME;
use crate::redis::{cli, config as redis_config, server};
use crate::{Issued, cleanup, eventually, free_port, process::Process};

/// The number of sentinels that must have lost the master before it is replaced.
const QUORUM: u32 = 2;

/// Milliseconds without an answer after which a server counts as dead. A busy machine may delay a live one: with 300 ms the sentinels of a
/// test replaced a live master again and again.
const DOWN_AFTER: u32 = 1500;

/// The milliseconds that a step of a failover may take. One step waits for the replica's report, which comes once a second.
const FAILOVER_TIMEOUT: u32 = 5000;

/// Three periods in milliseconds. The first: how often a sentinel asks the servers for their state. Not more often, since an answer of the
/// replica is valid for three periods, and in a failover comes once a second. The second: how often it asks the other sentinels whether
/// they have lost the master. The third: how long it does nothing after a jump of its clock, as on a busy machine; half a minute by default.
const PERIODS: [&str; 7] = ["DEBUG", "INFO-PERIOD", "1000", "ASK-PERIOD", "100", "TILT-PERIOD", "100"];

/// How often a sentinel announces itself to the others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hello {
    /// Until the sentinels know each other.
    Often,
    /// The default. A sentinel demotes a server that has been a master for four such periods without an announcement. In a manual failover
    /// the promoting sentinel announces the new master only after a second.
    Usual,
}

#[derive(Debug)]
pub(super) struct Sentinel {
    // Fields drop in this order: the process ends before its folder is removed.
    process: Process,
    _folder: TempDir,
    port: u16,
    tls: bool,
}

impl Sentinel {
    /// Starts a sentinel that watches the master on `master`, a port of this machine.
    pub(super) async fn start(master: u16, password: Option<&str>, issued: Option<&Issued>) -> Self {
        let folder = cleanup::temporary();
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

    /// Returns the answer to `SENTINEL` and `command` as lines.
    pub(super) async fn ask(&self, command: &[&str]) -> Result<Vec<String>, String> {
        let mut arguments = vec!["-p".to_owned(), self.port.to_string()];
        if self.tls {
            arguments.extend(["--tls", "--insecure"].map(str::to_owned));
        }
        let text = cli::ask(arguments, None, &[&["SENTINEL"], command].concat()).await?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Returns the port of the master, as this sentinel knows it.
    pub(super) async fn master_port(&self) -> Option<u16> {
        self.ask(&["GET-MASTER-ADDR-BY-NAME", MASTER_NAME]).await.ok()?.get(1)?.parse().ok()
    }

    /// Returns whether it knows this number of other sentinels and of replicas.
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
