//! A TCP proxy in front of a real server that can cause network faults.

mod carry;

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::free_port;

use carry::carry;

/// The current behaviour of the proxy.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// Whether new connections are accepted.
    open: bool,
    /// Whether bytes are forwarded.
    flowing: bool,
    /// The delay of bytes in each direction.
    delay: Duration,
    /// The number of cuts. A connection ends when it changes.
    cuts: u64,
    /// The number of orders.
    orders: u64,
}

/// A TCP proxy between a client and a server under test. At first it forwards all bytes. [`FaultProxy::cut`], [`FaultProxy::refuse`],
/// [`FaultProxy::stall`] and [`FaultProxy::delay`] cause network faults, and [`FaultProxy::heal`] ends them.
///
/// It runs on the runtime of the test that started it, and ends with it.
#[derive(Debug)]
pub struct FaultProxy {
    port: u16,
    target: u16,
    line: watch::Sender<Line>,
    applied: watch::Receiver<u64>,
}

impl FaultProxy {
    /// Starts a proxy in front of the server on `target`, a port of this machine.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn start(target: u16) -> Self {
        let port = free_port();
        let (line, orders) = watch::channel(Line { open: true, flowing: true, delay: Duration::ZERO, cuts: 0, orders: 1 });
        let (applied_orders, applied) = watch::channel(0);
        tokio::spawn(serve(port, target, orders, applied_orders));
        let proxy = Self { port, target, line, applied };
        proxy.order(|_| {}).await;
        proxy
    }

    /// The port for clients.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns `url` with the proxy's port instead of the server's.
    pub fn url(&self, url: &str) -> String {
        url.replacen(&format!(":{}", self.target), &format!(":{}", self.port), 1)
    }

    /// Ends every open connection. New ones are accepted.
    pub async fn cut(&self) {
        self.order(|line| line.cuts += 1).await;
    }

    /// Refuses new connections from now on. Open ones stay open.
    pub async fn refuse(&self) {
        self.order(|line| line.open = false).await;
    }

    /// Keeps connections open and accepts new ones, but forwards no bytes, like a network that drops packets.
    pub async fn stall(&self) {
        self.order(|line| line.flowing = false).await;
    }

    /// Forwards all bytes later by `delay` in each direction and in order, like a slow network. An answer takes twice as long. Bytes that are
    /// already in transit are delayed too. Connecting is not delayed.
    pub async fn delay(&self, delay: Duration) {
        self.order(|line| line.delay = delay).await;
    }

    /// Ends all faults. Held bytes are forwarded first.
    pub async fn heal(&self) {
        self.order(|line| {
            line.open = true;
            line.flowing = true;
            line.delay = Duration::ZERO;
        })
        .await;
    }

    /// Changes the behaviour, and returns when the proxy has applied the change.
    async fn order(&self, change: impl FnOnce(&mut Line)) {
        self.line.send_modify(|line| {
            change(line);
            line.orders += 1;
        });
        let wanted = self.line.borrow().orders;
        let applied = self.applied.clone().wait_for(|done| *done >= wanted).await.map(|_| ());
        applied.expect("the proxy's port can be bound, and its task lives as long as its owner");
    }
}

/// Accepts connections until the [`FaultProxy`] is dropped. Its connections end with it.
async fn serve(port: u16, target: u16, mut orders: watch::Receiver<Line>, applied_orders: watch::Sender<u64>) {
    let mut connections = JoinSet::new();
    let mut listener = None;
    loop {
        let line = *orders.borrow_and_update();
        listener = match listener {
            _ if !line.open => None,
            None => Some(bind(port).await),
            listening => listening,
        };
        applied_orders.send_replace(line.orders);
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
            // A client that connected before the order must be subject to it, even if it was not accepted yet.
            Some(Ok(())) => {
                // Lets the runtime ask the kernel for pending connections.
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

/// Returns the next client. Waits for ever without a listener.
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

/// Forwards one connection until its end or the next cut. It was accepted after `cuts` cuts.
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
