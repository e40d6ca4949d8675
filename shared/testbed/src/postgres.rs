//! A real PostgreSQL for tests.

mod cluster;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::OnceCell;

use crate::{eventually, free_port, process::Process};
use cluster::Cluster;

/// A PostgreSQL server on a port of its own, made anew. Dropping it ends it; the shared one ends with the test process.
#[derive(Debug)]
pub struct Postgres {
    // Dropped in this order: the server ends before its folder goes.
    process: Mutex<Process>,
    cluster: Cluster,
    databases: AtomicU32,
}

impl Drop for Postgres {
    /// A server that is only killed leaves a segment of shared memory behind, so it is asked first.
    fn drop(&mut self) {
        self.process().signal(Signal::QUIT);
        self.process().wait_blocking(Duration::from_secs(5));
    }
}

impl Postgres {
    /// The one server of this test process, started at the first call. For tests that only need a database.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(|| Self::start_in(Cluster::shared)).await
    }

    /// A server of the test's own, for tests that stop or kill it.
    ///
    /// # Panics
    /// Where PostgreSQL's server programs are not installed, or it does not answer in time.
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

    /// The URL of the database that every server has.
    pub fn url(&self) -> String {
        self.cluster.url("postgres")
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.cluster.port()
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub async fn fresh_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.sql(&format!("CREATE DATABASE {name}")).await;
        self.cluster.url(&name)
    }

    /// What `psql` prints for a statement that is run as the superuser: rows as lines, columns parted by `|`.
    ///
    /// # Panics
    /// Where the server does not answer or the statement fails.
    pub async fn sql(&self, statement: &str) -> String {
        self.ask(statement).await.unwrap_or_else(|fault| panic!("psql {statement:?}: {fault}"))
    }

    /// Replaces `pg_hba.conf`: who may come in from where, and how.
    ///
    /// # Panics
    /// Where the file cannot be written.
    pub async fn host_rules(&self, rules: &str) {
        std::fs::write(self.cluster.host_rules(), format!("{rules}\n")).expect("the cluster's folder can be written");
        self.sql("SELECT pg_reload_conf()").await;
    }

    /// Ends the server in order, sending its clients away first. Its data stay.
    pub async fn stop(&self) {
        let ended = {
            let process = self.process();
            process.signal(Signal::INT);
            process.end()
        };
        ended.wait(Duration::from_secs(30)).await;
    }

    /// Kills the server at once, as a crash does. What was committed stays.
    pub fn kill9(&self) {
        self.process().kill_now();
    }

    /// Starts the server again with the same data at the same port, after [`Postgres::stop`] or [`Postgres::kill9`].
    ///
    /// # Panics
    /// Where it still runs, or does not answer in time.
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

    /// A killed server's children hold its memory for a moment, and a new one that comes too early gives up: `false`.
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
        self.process.lock().expect("nobody panics while holding the process")
    }
}
