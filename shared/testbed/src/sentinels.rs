//! A master, its replica, and the three sentinels that replace the one by the other.

mod sentinel;

use std::time::Duration;

use crate::{Issued, Redis, RedisOptions, eventually};
use sentinel::{Hello, Sentinel};

/// The name under which the sentinels watch the master.
const MASTER_NAME: &str = "main";

/// Longer than a failover takes on a busy machine, one whose sentinels vote in vain at first included.
const DEADLINE: Duration = Duration::from_secs(60);

/// Two Redis servers and three sentinels, of which two must agree that the master is dead. They notice after 1.5 s; who was
/// killed and is started again becomes a replica. Dropping it ends them all.
#[derive(Debug)]
pub struct Sentinels {
    // Dropped in this order: nobody reports the death of the servers.
    sentinels: Vec<Sentinel>,
    servers: [Redis; 2],
}

impl Sentinels {
    /// Starts them all and waits until the sentinels know each other and the replica.
    ///
    /// # Panics
    /// Where no `redis-server` or `valkey-server` is installed, or they do not find each other in time.
    pub async fn start() -> Self {
        Self::start_with(None, None).await
    }

    /// As [`Sentinels::start`]; clients must give `password` to both servers, but not to the sentinels.
    ///
    /// # Panics
    /// As [`Sentinels::start`].
    pub async fn start_with_password(password: &str) -> Self {
        Self::start_with(Some(password), None).await
    }

    /// As [`Sentinels::start`]; servers and sentinels speak TLS alone, all with this certificate.
    ///
    /// # Panics
    /// As [`Sentinels::start`].
    pub async fn start_over_tls(certificate: &Issued) -> Self {
        Self::start_with(None, Some(certificate)).await
    }

    async fn start_with(password: Option<&str>, certificate: Option<&Issued>) -> Self {
        // A master that becomes a replica must know the password too.
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

    /// The name under which the sentinels watch the master.
    pub fn master_name(&self) -> &'static str {
        MASTER_NAME
    }

    /// The port of the master: what the first sentinel that runs says.
    ///
    /// # Panics
    /// Where none runs.
    pub async fn master_port(&self) -> u16 {
        let sentinel = self.running().next().expect("a sentinel runs");
        sentinel.master_port().await.expect("a sentinel knows its master")
    }

    /// The server that the sentinels name.
    ///
    /// # Panics
    /// As [`Sentinels::master_port`].
    pub async fn master(&self) -> &Redis {
        let port = self.master_port().await;
        self.servers.iter().find(|server| server.port() == port).expect("it is one of ours")
    }

    /// Kills the master at once and returns it, to be started again. [`Sentinels::failed_over`] waits for what follows.
    ///
    /// # Panics
    /// As [`Sentinels::master_port`].
    pub async fn kill_master(&self) -> &Redis {
        let master = self.master().await;
        master.kill9();
        master
    }

    /// Makes the replica the master while both live, as before maintenance, and waits for it.
    ///
    /// # Panics
    /// Where the other server is no replica in time: after a kill, [`Redis::restart`] and a while come first.
    pub async fn failover(&self) {
        let before = self.master_port().await;
        let sentinel = self.running().next().expect("a sentinel runs");
        // Refused as long as the sentinel has not heard from the replica of late.
        self.wait(|| async { sentinel.ask(&["FAILOVER", MASTER_NAME]).await.ok() }).await;
        self.failed_over(before).await;
    }

    /// Waits until every sentinel that runs names another master than the one on the port `before`, and that one is a
    /// master.
    ///
    /// # Panics
    /// Where that has not happened after a minute.
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

    /// Waits until a server that was killed and started again follows the master. The sentinels look at it for eight
    /// seconds first.
    ///
    /// # Panics
    /// Where it has not after a minute.
    pub async fn rejoined(&self, server: &Redis) {
        self.wait(|| async {
            let link = server.info("master_link_status").await;
            (link.as_deref() == Some("up")).then_some(())
        })
        .await;
    }

    /// Kills one of the three sentinels. Those that are left can still replace a master, once.
    ///
    /// # Panics
    /// Where there is no sentinel of this number, counted from 0.
    pub fn kill_sentinel(&self, number: usize) {
        self.sentinels[number].kill9();
    }

    fn running(&self) -> impl Iterator<Item = &Sentinel> {
        self.sentinels.iter().filter(|sentinel| sentinel.runs())
    }

    /// As [`eventually`], but the message of the panic has what the sentinels did meanwhile.
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
