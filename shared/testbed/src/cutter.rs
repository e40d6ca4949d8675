//! A line that can be cut: a TCP proxy of ours in front of a real server.

mod carry;

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::free_port;

use carry::carry;

/// What the line does to its connections.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// New connections are accepted.
    open: bool,
    /// Bytes are carried.
    flowing: bool,
    /// How much later bytes arrive, each way.
    delay: Duration,
    /// Counts the cuts: a connection lives as long as this stays the same.
    cuts: u64,
    /// Counts the orders.
    orders: u64,
}

/// A TCP proxy between a client and a server under test. At first it carries everything; [`Cutter::cut`],
/// [`Cutter::refuse`], [`Cutter::stall`] and [`Cutter::delay`] do what networks do, [`Cutter::heal`] ends it.
///
/// It runs on the runtime of the test that started it and ends with it.
#[derive(Debug)]
pub struct Cutter {
    port: u16,
    target: u16,
    line: watch::Sender<Line>,
    carried_out: watch::Receiver<u64>,
}

impl Cutter {
    /// Puts a proxy in front of the server on `target`, a port of this machine.
    ///
    /// # Panics
    /// Where no port is free.
    pub async fn start(target: u16) -> Self {
        let port = free_port();
        let (line, orders) = watch::channel(Line { open: true, flowing: true, delay: Duration::ZERO, cuts: 0, orders: 1 });
        let (tell, carried_out) = watch::channel(0);
        tokio::spawn(serve(port, target, orders, tell));
        let cutter = Self { port, target, line, carried_out };
        cutter.order(|_| {}).await;
        cutter
    }

    /// The port that clients use instead of the server's.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `url` with the server's port replaced by the proxy's.
    pub fn url(&self, url: &str) -> String {
        url.replacen(&format!(":{}", self.target), &format!(":{}", self.port), 1)
    }

    /// Ends every open connection now. New ones are accepted.
    pub async fn cut(&self) {
        self.order(|line| line.cuts += 1).await;
    }

    /// Refuses new connections from now on. Open ones live on.
    pub async fn refuse(&self) {
        self.order(|line| line.open = false).await;
    }

    /// Keeps connections open, accepts new ones, and carries nothing: a network that swallows packets.
    pub async fn stall(&self) {
        self.order(|line| line.flowing = false).await;
    }

    /// Carries everything, but so much later, each way and in order: a slow network. An answer takes twice as long, and
    /// what is already under way is delayed too. Connecting is not: the proxy accepts at once.
    pub async fn delay(&self, delay: Duration) {
        self.order(|line| line.delay = delay).await;
    }

    /// Everything is carried again and at once, what was held back first.
    pub async fn heal(&self) {
        self.order(|line| {
            line.open = true;
            line.flowing = true;
            line.delay = Duration::ZERO;
        })
        .await;
    }

    /// Returns when the order is carried out, so that what the test does next comes after it.
    async fn order(&self, change: impl FnOnce(&mut Line)) {
        self.line.send_modify(|line| {
            change(line);
            line.orders += 1;
        });
        let wanted = self.line.borrow().orders;
        let told = self.carried_out.clone().wait_for(|done| *done >= wanted).await.map(|_| ());
        told.expect("the proxy's port can be bound, and its task lives as long as its owner");
    }
}

/// Listens while the line is open, until the [`Cutter`] is dropped. Its connections end with it.
async fn serve(port: u16, target: u16, mut orders: watch::Receiver<Line>, tell: watch::Sender<u64>) {
    let mut connections = JoinSet::new();
    let mut listener = None;
    loop {
        let line = *orders.borrow_and_update();
        listener = match listener {
            _ if !line.open => None,
            None => Some(bind(port).await),
            listening => listening,
        };
        tell.send_replace(line.orders);
        let changed = tokio::select! {
            biased;
            changed = orders.changed() => Some(changed),
            client = accept(listener.as_ref()) => {
                connections.spawn(connection(client, target, line.cuts, orders.clone()));
                None
            }
        };
        match changed {
            None => {}
            Some(Err(_)) => return,
            // Who connected before the order is subject to it, even if the kernel had not handed it over yet.
            Some(Ok(())) => {
                // Lets the runtime ask the kernel who is there.
                tokio::task::yield_now().await;
                while let Ok(client) = timeout(Duration::ZERO, accept(listener.as_ref())).await {
                    connections.spawn(connection(client, target, line.cuts, orders.clone()));
                }
            }
        }
    }
}

async fn bind(port: u16) -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a reserved port can be bound")
}

/// The next client; never where nobody listens.
async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    loop {
        if let Ok((client, _)) = listener.accept().await {
            return client;
        }
    }
}

/// Carries one connection, accepted when the line had been cut `cuts` times, until the next cut or its end.
async fn connection(client: TcpStream, target: u16, cuts: u64, mut orders: watch::Receiver<Line>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::select! {
        () = carry(&mut from_client, &mut to_server, orders.clone()) => {}
        () = carry(&mut from_server, &mut to_client, orders.clone()) => {}
        _ = orders.wait_for(|line| line.cuts != cuts) => {}
    }
}
