//! A real PostgreSQL for tests.

mod cluster;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::OnceCell;

use crate::{eventually, free_port, process::Process};
use cluster::Cluster;

/// A new PostgreSQL server on its own port. Dropping it ends it. The shared one ends with the test process.
#[derive(Debug)]
pub struct Postgres {
    // Fields drop in this order: the server ends before its folder is removed.
    process: Mutex<Process>,
    cluster: Cluster,
    databases: AtomicU32,
}

impl Drop for Postgres {
    /// Ends the server in order, since a killed server leaves a segment of shared memory.
    fn drop(&mut self) {
        self.process().signal(Signal::QUIT);
        self.process().wait_blocking(Duration::from_secs(5));
    }
}

impl Postgres {
    /// The server that all tests of this process share, started at the first call. For tests that only need a database.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(|| Self::start_in(Cluster::shared)).await
    }

    /// Starts a server for one test, which may stop or kill it.
    ///
    /// # Panics
    /// If PostgreSQL's server programs are not installed, or it does not answer in time.
    pub async fn start() -> Self {
        Self::start_in(Cluster::owned).await
    }

    async fn start_in(make: fn(u16) -> Cluster) -> Self {
        let port = free_port();
        let cluster = tokio::task::spawn_blocking(move || make(port)).await.expect("initdb makes a cluster");
        let process = Mutex::new(cluster.serve());
        let postgres = Self { process, cluster, databases: AtomicU32::new(0) };
        postgres.ready().await;
        postgres
    }

    /// The URL of the default database.
    pub fn url(&self) -> String {
        self.cluster.url("postgres")
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.cluster.port()
    }

    /// Creates an empty database and returns its URL.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn fresh_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.sql(&format!("CREATE DATABASE {name}")).await;
        self.cluster.url(&name)
    }

    /// Runs a statement as the superuser. Returns the output of `psql`: rows as lines, columns separated by `|`.
    ///
    /// # Panics
    /// If the server does not answer or the statement fails.
    pub async fn sql(&self, statement: &str) -> String {
        self.ask(statement).await.unwrap_or_else(|fault| panic!("psql {statement:?}: {fault}"))
    }

    /// Replaces `pg_hba.conf`, the rules of access.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub async fn host_rules(&self, rules: &str) {
        std::fs::write(self.cluster.host_rules(), format!("{rules}\n")).expect("the cluster's folder can be written");
        self.sql("SELECT pg_reload_conf()").await;
    }

    /// Disconnects the clients and ends the server in order. Its data stay.
    pub async fn stop(&self) {
        let ended = {
            let process = self.process();
            process.signal(Signal::INT);
            process.end()
        };
        ended.wait(Duration::from_secs(30)).await;
    }

    /// Kills the server, like a crash. Committed data stay.
    pub fn kill9(&self) {
        self.process().kill_now();
    }

    /// Starts the server again with the same data and port, after [`Postgres::stop`] or [`Postgres::kill9`].
    ///
    /// # Panics
    /// If it still runs, or does not answer in time.
    pub async fn start_again(&self) {
        eventually(Duration::from_secs(30), || async {
            {
                let mut process = self.process();
                assert!(process.has_ended(), "PostgreSQL still runs: stop it first");
                *process = self.cluster.serve();
            }
            self.answers_or_ends().await.then_some(())
        })
        .await;
    }

    async fn ready(&self) {
        assert!(self.answers_or_ends().await, "PostgreSQL has ended\n{}", self.process().output());
    }

    /// Returns `false` if the new server ends. The children of a killed server hold its memory for a moment, and then a new one gives up.
    async fn answers_or_ends(&self) -> bool {
        eventually(Duration::from_secs(60), || async {
            if self.process().has_ended() {
                return Some(false);
            }
            self.ask("SELECT 1").await.ok().map(|_| true)
        })
        .await
    }

    async fn ask(&self, statement: &str) -> Result<String, String> {
        let mut psql = self.cluster.psql(statement);
        let output = tokio::task::spawn_blocking(move || psql.output())
            .await
            .expect("the task runs to its end")
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Process> {
        self.process.lock().expect("no thread panics while it holds the process")
    }
}
