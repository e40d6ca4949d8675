//! A small application on a bounded server in this process.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, web};
use catamaran_boot::Listen;
use catamaran_bounded_server::{BoundedServer, Bounds};
use futures_util::{StreamExt as _, stream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::client::{DRIP, PATIENCE};

/// Bytes of `/page`.
pub(crate) const PAGE: usize = 64 << 10;
/// Bytes of `/large` and of the answer of `/farewell`.
pub(crate) const LARGE: usize = 8 << 20;

/// Far longer than any request here may take.
const TIME_TO_FINISH: Duration = Duration::from_secs(60);

/// The settings that differ between tests.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) bounds: Bounds,
    pub(crate) connections: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self { bounds: Bounds::default(), connections: 1000 }
    }
}

impl Setup {
    pub(crate) fn with(change: impl FnOnce(&mut Bounds)) -> Self {
        let mut setup = Self::default();
        change(&mut setup.bounds);
        setup
    }

    /// Runs `test` against a server in this process. The server ends with the process.
    pub(crate) fn run(self, test: impl FnOnce(&Served)) {
        let (served, _server) = self.start(Duration::ZERO);
        test(&served);
    }

    /// Starts a server in this process. Once it stops, it listens for `time_to_leave`.
    pub(crate) fn start(self, time_to_leave: Duration) -> (Served, JoinHandle<()>) {
        self.start_on(&Listen::Tcp { host: "127.0.0.1".to_owned(), port: 0 }, time_to_leave)
    }

    /// As [`start`](Self::start), on another listener. If it is inherited, the server leaves it to others once it hands over.
    pub(crate) fn start_on(self, listen: &Listen, time_to_leave: Duration) -> (Served, JoinHandle<()>) {
        let listener = listen.bind().unwrap();
        let addr = listener.local_addr().unwrap().unwrap();
        let begun = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&begun);
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let (hand_over, handed_over) = (CancellationToken::new(), CancellationToken::new());
        let (begun_to_hand_over, done) = (hand_over.clone(), handed_over.clone());
        let server = thread::spawn(move || {
            let server = BoundedServer::new(move || {
                let count = Arc::clone(&count);
                App::new().configure(move |config| routes(config, count))
            });
            let server = server.connections_per_worker(self.connections).bounds(self.bounds).keep_listening_for(time_to_leave);
            let server = server.hand_over_after(begun_to_hand_over.cancelled_owned(), done);
            let server = server.stop_after(async move { stopped.notified().await }, TIME_TO_FINISH);
            actix_web::rt::System::new().block_on(server.run(listener)).unwrap();
        });
        (Served { addr, begun, stop, hand_over, handed_over }, server)
    }
}

/// A server that runs.
pub(crate) struct Served {
    pub(crate) addr: SocketAddr,
    begun: Arc<AtomicUsize>,
    stop: Arc<Notify>,
    hand_over: CancellationToken,
    handed_over: CancellationToken,
}

impl Served {
    /// Requests that the application has seen.
    pub(crate) fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    /// Leaves the listener to others. Returns when the server has done so.
    pub(crate) fn hand_over(&self) {
        self.hand_over.cancel();
        let since = Instant::now();
        while !self.handed_over.is_cancelled() {
            assert!(since.elapsed() < PATIENCE, "the server keeps its listener");
            thread::sleep(DRIP);
        }
    }

    /// Stops the server.
    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }
}

fn routes(config: &mut web::ServiceConfig, begun: Arc<AtomicUsize>) {
    let counted = move || {
        begun.fetch_add(1, Ordering::SeqCst);
    };
    let (page, nothing) = (counted.clone(), counted);
    config
        .route("/", web::to(|| async { "hello" }))
        .route(
            "/page",
            web::to(move || {
                page();
                async { "x".repeat(PAGE) }
            }),
        )
        .route(
            "/nothing",
            web::to(move || {
                nothing();
                async { HttpResponse::NoContent().finish() }
            }),
        )
        .route("/large", web::to(|| async { "x".repeat(LARGE) }))
        .route("/length", web::to(length))
        .route("/echo", web::to(echo))
        .route("/farewell", web::to(farewell));
}

/// Reads its body to the end.
async fn length(mut body: web::Payload) -> actix_web::Result<String> {
    let mut bytes = 0;
    while let Some(piece) = body.next().await {
        bytes += piece?.len();
    }
    Ok(bytes.to_string())
}

/// Upgrades to a socket that echoes.
async fn echo(body: web::Payload) -> HttpResponse {
    HttpResponse::SwitchingProtocols().upgrade("websocket").streaming(body)
}

/// Upgrades to a socket that sends many bytes and ends.
async fn farewell() -> HttpResponse {
    let pieces = stream::repeat(web::Bytes::from(vec![b'x'; PAGE])).take(LARGE / PAGE);
    HttpResponse::SwitchingProtocols().upgrade("websocket").streaming(pieces.map(Ok::<_, actix_web::Error>))
}
