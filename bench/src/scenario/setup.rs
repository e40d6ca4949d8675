//! A server, its Redis, its subscribers and a publisher, ready to be measured.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    time::timeout,
};

use crate::{
    cpu,
    load::{Clock, Handshakes, Plan, Stamp, Subscribers},
    peers::{Launch, Peer, PublishMethod},
    publish::Publisher,
    server::{self, Server},
};

/// Limits of an address and a user, above the measured load.
const NO_BOUNDS: [(&str, &str); 4] = [
    ("WS_MAX_SOCKETS_PER_ADDRESS", "1000000"),
    ("WS_MAX_SOCKETS_PER_USER", "1000000"),
    ("WS_FRAMES_PER_USER", "1000000"),
    ("WS_FRAMES_PER_ADDRESS", "1000000"),
];

/// How long a message may take to reach every subscriber before it counts as lost.
pub(super) const DELIVERY_TIMEOUT: Duration = Duration::from_secs(20);

/// A server, its Redis, its subscribers and a publisher.
pub struct Setup {
    /// The measured server's kind.
    pub peer: Peer,
    /// The measured server.
    pub server: Server,
    /// Its Redis.
    pub redis: Server,
    /// The subscribers.
    pub subscribers: Subscribers,
    /// The handshakes of the last plan.
    pub handshakes: Option<Handshakes>,
    /// The clock of publisher and subscribers.
    pub clock: Clock,
    publisher: Option<Publisher>,
    headers: Vec<String>,
    complete: UnboundedReceiver<u64>,
    next: u64,
    in_room: Vec<u64>,
    _folder: TempDir,
}

impl Setup {
    /// Starts Redis and the server for at most `sockets` sockets.
    ///
    /// # Errors
    /// Redis or the server does not start, or the system refuses so many descriptors.
    pub async fn start(peer: Peer, sockets: usize) -> anyhow::Result<Self> {
        Self::start_as(&Launch::default(), peer, sockets, &[]).await
    }

    /// As [`start`](Self::start), with a launch and additional environment variables for the server.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_as(launch: &Launch, peer: Peer, sockets: usize, more: &[(&str, &str)]) -> anyhow::Result<Self> {
        Plan::raise_descriptor_limit(sockets)?;
        let folder = tempfile::tempdir()?;
        let redis = server::redis(folder.path()).await?;
        let tokens = folder.path().join("tokens");
        let database = format!("sqlite:{}", folder.path().join("bench.sqlite3").display());
        let tokens_path = tokens.to_str().context("a temporary folder has a plain path")?;
        let mut variables = vec![("TOKENS", tokens_path), ("DATABASE_URL", database.as_str())];
        // All subscribers share an address, and there are only as many users as tokens.
        variables.extend(NO_BOUNDS);
        variables.extend(more);
        let server = peer.start(launch, redis.port, folder.path(), &variables).await.with_context(|| peer.name())?;
        let headers = if peer.is_ours() { cookies(&tokens)? } else { Vec::new() };
        let clock = Clock::start();
        let (completed, complete) = mpsc::unbounded_channel();
        let subscribers = Subscribers::start(clock, completed)?;
        let mut setup = Self {
            peer,
            server,
            redis,
            subscribers,
            handshakes: None,
            clock,
            publisher: None,
            headers,
            complete,
            next: 0,
            in_room: Vec::new(),
            _folder: folder,
        };
        setup.admits().await.with_context(|| peer.name())?;
        Ok(setup)
    }

    /// Waits until a socket is accepted: a server may listen before its Redis connection is up.
    async fn admits(&mut self) -> anyhow::Result<()> {
        let asked = timeout(DELIVERY_TIMEOUT, async {
            while self.connect(self.plan(1, 1)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await; // a process of another project sends no signal when it is ready
            }
        });
        if asked.await.is_err() {
            return self.connect(self.plan(1, 1)).await;
        }
        self.subscribers.disconnect().await
    }

    /// A plan for `count` subscribers, spread over `rooms`.
    pub fn plan(&self, count: usize, rooms: usize) -> Plan {
        Plan::new(self.peer, self.server.port, &self.headers, count, rooms)
    }

    /// Connects subscribers.
    ///
    /// # Errors
    /// A subscriber could not connect.
    pub async fn connect(&mut self, plan: Plan) -> anyhow::Result<()> {
        self.in_room.resize(plan.subscribers.iter().map(|subscriber| subscriber.room + 1).max().unwrap_or(1), 0);
        let handshakes = self.subscribers.connect(plan).await.with_context(|| self.peer.name())?;
        self.handshakes = Some(handshakes);
        Ok(())
    }

    /// Connects a publisher, and publishes until a message has reached every subscriber of each room. Some servers subscribe after they
    /// have answered the handshake.
    ///
    /// # Errors
    /// In a room, no message reaches every subscriber.
    pub async fn warm_up(&mut self) -> anyhow::Result<()> {
        if self.rooms() > 1 && matches!(self.peer.publish_method(), PublishMethod::Socket { .. }) {
            bail!("{}: its publisher is a client of one room, so that several rooms cannot be measured", self.peer.name());
        }
        let headers = self.headers.first().cloned().unwrap_or_default();
        self.publisher = Some(Publisher::connect(self.peer, self.server.port, self.redis.port, &headers).await?);
        for room in 0..self.in_room.len() {
            let reached = timeout(DELIVERY_TIMEOUT, async {
                loop {
                    let number = self.publish(room, self.clock.now()).await?;
                    if timeout(Duration::from_secs(1), self.completed(number)).await.is_ok() {
                        return anyhow::Ok(());
                    }
                }
            });
            if reached.await.map_or(true, |outcome| outcome.is_err()) {
                bail!("{}: no message reaches every subscriber in room {room}", self.peer.name());
            }
        }
        Ok(())
    }

    /// Publishes the next message, which was due at `due`. Returns its number.
    ///
    /// # Errors
    /// The publisher's connection has ended.
    pub async fn publish(&mut self, room: usize, due: Duration) -> anyhow::Result<u64> {
        let number = self.next;
        self.next += 1;
        self.in_room[room] += 1;
        let text = Stamp { number, in_room: self.in_room[room], due }.text();
        let publisher = self.publisher.as_mut().context("warm_up comes first")?;
        // A layer that is not up yet returns an error: the warm-up tries again.
        if let Err(fault) = publisher.publish(room, &text).await {
            if number > 100 {
                return Err(fault);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(number)
    }

    /// Waits until some message has reached every subscriber. Returns its number.
    ///
    /// # Errors
    /// The subscribers have ended.
    pub async fn one_completed(&mut self) -> anyhow::Result<u64> {
        self.complete.recv().await.context("the subscribers have ended")
    }

    /// Waits until message `number` has reached every subscriber.
    ///
    /// # Errors
    /// The subscribers have ended.
    pub async fn completed(&mut self, number: u64) -> anyhow::Result<()> {
        while self.one_completed().await? != number {}
        Ok(())
    }

    /// Stops the server with SIGTERM.
    ///
    /// # Errors
    /// It does not end, or ends with an error.
    pub async fn end(self) -> anyhow::Result<()> {
        drop(self.publisher);
        self.subscribers.disconnect().await?;
        self.server.end().await
    }

    /// The number of rooms.
    pub fn rooms(&self) -> usize {
        self.in_room.len()
    }

    /// Readers beside the subscribers.
    pub fn more_readers(&self) -> u64 {
        self.publisher.as_ref().map_or(0, Publisher::readers)
    }

    /// The CPU time that the server, Redis and this process have used so far.
    ///
    /// # Errors
    /// A process has ended.
    pub fn used(&self) -> anyhow::Result<[Duration; 3]> {
        Ok([self.server.tree().cpu()?, self.redis.tree().cpu()?, cpu::own()?])
    }
}

fn cookies(tokens: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(tokens).context("the server wrote no file of session tokens")?;
    Ok(text.lines().map(|token| format!("Cookie: {}={token}\r\n", accounts::SESSION_COOKIE)).collect())
}
