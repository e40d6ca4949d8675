//! A master, its replica, and three sentinels that replace the master by the replica.

mod sentinel;

use std::time::Duration;

use crate::{Issued, Redis, RedisOptions, eventually};
use sentinel::{Hello, Sentinel};

/// The master's name in the sentinels' configuration.
const MASTER_NAME: &str = "main";

/// Longer than a failover takes on a busy machine, including a failed first vote.
const DEADLINE: Duration = Duration::from_secs(60);

/// Two Redis servers and three sentinels, of which two must agree that the master is dead. They notice its death after 1.5 s. A killed
/// server that is started again becomes a replica. Dropping the value ends them all.
#[derive(Debug)]
pub struct Sentinels {
    // Fields drop in this order, so that no sentinel reports the death of the servers.
    sentinels: Vec<Sentinel>,
    servers: [Redis; 2],
}

impl Sentinels {
    /// Starts them all and waits until the sentinels know each other and the replica.
    ///
    /// # Panics
    /// If no `redis-server` or `valkey-server` is installed, or they do not find each other in time.
    pub async fn start() -> Self {
        Self::start_with(None, None).await
    }

    /// Like [`Sentinels::start`]. Clients need `password` for both servers, but not for the sentinels.
    ///
    /// # Panics
    /// As [`Sentinels::start`].
    pub async fn start_with_password(password: &str) -> Self {
        Self::start_with(Some(password), None).await
    }

    /// Like [`Sentinels::start`]. Servers and sentinels use TLS only, all with this certificate.
    ///
    /// # Panics
    /// As [`Sentinels::start`].
    pub async fn start_over_tls(certificate: &Issued) -> Self {
        Self::start_with(None, Some(certificate)).await
    }

    async fn start_with(password: Option<&str>, certificate: Option<&Issued>) -> Self {
        // A master that becomes a replica needs the password too.
        let config = password.map(|password| format!("masterauth {password}")).into_iter().collect();
        let options = RedisOptions {
            password: password.map(str::to_owned),
            config,
            certificate: certificate.cloned(),
            ..RedisOptions::default()
        };
        let master = Redis::start_with(options).await;
        let replica = master.replica().await;
        let watch = || Sentinel::start(master.port(), password, certificate);
        let (first, second, third) = tokio::join!(watch(), watch(), watch());
        let started = Self { sentinels: vec![first, second, third], servers: [master, replica] };
        started.wait(|| started.know_each_other()).await;
        for sentinel in &started.sentinels {
            sentinel.greet(Hello::Usual).await;
        }
        started
    }

    /// The sentinels' URLs.
    pub fn urls(&self) -> Vec<String> {
        let scheme = if self.servers[0].url().starts_with("rediss") { "rediss" } else { "redis" };
        self.ports().iter().map(|port| format!("{scheme}://127.0.0.1:{port}")).collect()
    }

    /// The sentinels' ports.
    pub fn ports(&self) -> Vec<u16> {
        self.sentinels.iter().map(Sentinel::port).collect()
    }

    /// The master's name in the sentinels' configuration.
    pub fn master_name(&self) -> &'static str {
        MASTER_NAME
    }

    /// Returns the port of the master, as the first running sentinel knows it.
    ///
    /// # Panics
    /// If no sentinel runs.
    pub async fn master_port(&self) -> u16 {
        let sentinel = self.running().next().expect("a sentinel runs");
        sentinel.master_port().await.expect("a sentinel knows its master")
    }

    /// Returns the current master.
    ///
    /// # Panics
    /// As [`Sentinels::master_port`].
    pub async fn master(&self) -> &Redis {
        let port = self.master_port().await;
        self.servers.iter().find(|server| server.port() == port).expect("the master is one of the two servers")
    }

    /// Kills the master and returns it. [`Sentinels::failed_over`] waits for the failover.
    ///
    /// # Panics
    /// As [`Sentinels::master_port`].
    pub async fn kill_master(&self) -> &Redis {
        let master = self.master().await;
        master.kill9();
        master
    }

    /// Makes the replica the master while both run, as before maintenance, and waits for it.
    ///
    /// # Panics
    /// If the other server is no replica in time. After a kill it needs [`Redis::restart`] and some time.
    pub async fn failover(&self) {
        let before = self.master_port().await;
        let sentinel = self.running().next().expect("a sentinel runs");
        // Refused until the sentinel has a recent answer of the replica.
        self.wait(|| async { sentinel.ask(&["FAILOVER", MASTER_NAME]).await.ok() }).await;
        self.failed_over(before).await;
    }

    /// Waits until every running sentinel names another master than the one on the port `before`, and that server is a master.
    ///
    /// # Panics
    /// If that does not happen within a minute.
    pub async fn failed_over(&self, before: u16) {
        self.wait(|| async {
            for sentinel in self.running() {
                if sentinel.master_port().await? == before {
                    return None;
                }
            }
            let role = self.master().await.info("role").await;
            (role.as_deref() == Some("master")).then_some(())
        })
        .await;
    }

    /// Waits until a killed and restarted server follows the master. The sentinels observe it for eight seconds first.
    ///
    /// # Panics
    /// If it does not within a minute.
    pub async fn rejoined(&self, server: &Redis) {
        self.wait(|| async {
            let link = server.info("master_link_status").await;
            (link.as_deref() == Some("up")).then_some(())
        })
        .await;
    }

    /// Kills one of the three sentinels. The other two can still replace a master once.
    ///
    /// # Panics
    /// If there is no sentinel of this number, counted from 0.
    pub fn kill_sentinel(&self, number: usize) {
        self.sentinels[number].kill9();
    }

    fn running(&self) -> impl Iterator<Item = &Sentinel> {
        self.sentinels.iter().filter(|sentinel| sentinel.runs())
    }

    /// Like [`eventually`], but the panic message shows the sentinels' logs.
    async fn wait<T, F: Future<Output = Option<T>>>(&self, condition: impl FnMut() -> F) -> T {
        let waited = tokio::time::timeout(DEADLINE, eventually(2 * DEADLINE, condition)).await;
        waited.unwrap_or_else(|_| {
            let logs: Vec<_> = self.sentinels.iter().map(Sentinel::log).collect();
            panic!("the sentinels have not done it in {DEADLINE:?}\n{}", logs.join("\n"))
        })
    }

    async fn know_each_other(&self) -> Option<()> {
        for sentinel in &self.sentinels {
            if !sentinel.knows(self.sentinels.len() - 1, 1).await {
                return None;
            }
        }
        Some(())
    }
}
