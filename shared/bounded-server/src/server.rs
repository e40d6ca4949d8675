//! One listener and its workers, until the server stops.

use std::{
    convert::Infallible,
    future, io,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use actix_http::{Request, Response};
use actix_server::ServerHandle;
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::{
    Error,
    body::MessageBody,
    dev::{AppConfig, Server},
};
use catamaran_boot::{ListenSocket, Listener};
use catamaran_edge::TrustedProxies;
use tokio_util::sync::CancellationToken;

use crate::{Bounds, addresses::Addresses, drain::Drain, entrance::Entrance};

/// Serves an actix-web `App` as actix-web's `HttpServer` does, over connections that are bounded.
pub struct BoundedServer<F> {
    application: F,
    workers: usize,
    per_worker: usize,
    addresses: Option<Arc<Addresses>>,
    bounds: Bounds,
    half_closed: bool,
    hand_over: Option<HandOver>,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
    time_to_leave: Duration,
    time_to_finish: Duration,
}

/// When the listener is left to other processes, and who waits for it.
struct HandOver {
    begin: Pin<Box<dyn Future<Output = ()> + Send>>,
    done: CancellationToken,
}

/// How long a worker may take to end once it has no connection, in seconds.
const WORKER_END: u64 = 1;

impl<F> BoundedServer<F> {
    /// A server of one worker. `application` makes a worker's `App`: it is called on the thread of each worker, once for each socket that
    /// the server listens on.
    pub fn new(application: F) -> Self {
        Self {
            application,
            workers: 1,
            per_worker: 25_000,
            addresses: None,
            bounds: Bounds::default(),
            half_closed: true,
            hand_over: None,
            stop: Box::pin(future::pending()),
            time_to_leave: Duration::ZERO,
            time_to_finish: Duration::from_secs(8),
        }
    }

    /// Sets the number of worker threads, at least 1.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.max(1);
        self
    }

    /// Sets how many connections each worker may hold; default 25,000. If nearly all are taken, each new connection closes the oldest one
    /// without a request.
    #[must_use]
    pub fn connections_per_worker(mut self, most: usize) -> Self {
        self.per_worker = most;
        self
    }

    /// Sets how many connections one address (IPv6: one /64) may hold; unbounded by default. One more is closed at once. Connections of
    /// `proxies` and of Unix sockets are not counted.
    #[must_use]
    pub fn connections_per_address(mut self, most: usize, proxies: TrustedProxies) -> Self {
        self.addresses = Some(Addresses::new(most, proxies));
        self
    }

    /// Sets the bounds of each connection.
    #[must_use]
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Sets whether a client that has ended its half of the connection still gets its answer; default true. A server of WebSockets sets
    /// false, so that the connection of a client that has vanished ends.
    #[must_use]
    pub fn half_closed(mut self, is_allowed: bool) -> Self {
        self.half_closed = is_allowed;
        self
    }

    /// Stops when `stop` resolves: every answer says from now on that its connection ends, the listener closes, and running requests have
    /// `time_to_finish`. A connection without a request ends after 2 s (or half of `time_to_finish`), if none of its bytes wait to be read.
    /// All workers run until the last connection has ended. The listener closes later with
    /// [`keep_listening_for`](Self::keep_listening_for).
    #[must_use]
    pub fn stop_after(mut self, stop: impl Future<Output = ()> + Send + 'static, time_to_finish: Duration) -> Self {
        self.stop = Box::pin(stop);
        self.time_to_finish = time_to_finish;
        self
    }

    /// Sets how long the listener stays open after the future of [`stop_after`](Self::stop_after); default 0. A load balancer that sees
    /// meanwhile that the server is not ready sends no more requests. `time_to_finish` begins after it.
    #[must_use]
    pub fn keep_listening_for(mut self, time_to_leave: Duration) -> Self {
        self.time_to_leave = time_to_leave;
        self
    }

    /// Leaves an inherited listener to the processes that share it as soon as `begin` resolves: further connections wait in the kernel for
    /// one of them. `done` is cancelled when the connections that were accepted before have had their first answer, or after 3 s. The server
    /// runs on until [`stop_after`](Self::stop_after) ends it.
    ///
    /// Use it where the application must not refuse requests before. For a listener of this process alone, `done` is cancelled when `begin`
    /// resolves.
    #[must_use]
    pub fn hand_over_after(mut self, begin: impl Future<Output = ()> + Send + 'static, done: CancellationToken) -> Self {
        self.hand_over = Some(HandOver { begin: Box::pin(begin), done });
        self
    }

    /// Serves until the future of [`stop_after`](Self::stop_after) resolves.
    ///
    /// # Errors
    /// The operating system refuses a socket or a thread.
    pub async fn run<I, S, B>(self, listener: Listener) -> io::Result<()>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request> + 'static,
        S: ServiceFactory<Request, Config = AppConfig, Error = Error, InitError = ()> + 'static,
        S::Response: Into<Response<B>> + 'static,
        B: MessageBody + 'static,
    {
        let mut server = Server::build()
            .workers(self.workers)
            .max_concurrent_connections(self.per_worker)
            .shutdown_timeout(WORKER_END)
            .disable_signals();
        let drain = Drain::new(self.time_to_leave, self.time_to_finish);
        let own = listener.try_clone()?;
        let entrance = Entrance {
            application: self.application,
            addresses: self.addresses,
            per_worker: self.per_worker,
            bounds: self.bounds,
            half_closed: self.half_closed,
            drain: drain.clone(),
        };
        let side_door = entrance.clone();
        for socket in listener {
            let entrance = entrance.clone();
            server = match socket {
                ListenSocket::Tcp(socket) => server.listen("http", socket, move || entrance.tcp())?,
                ListenSocket::Unix(socket) => server.listen_uds("http", socket, move || entrance.unix())?,
            };
        }
        catamaran_boot::notify_ready();
        let server = server.run();
        let handle = server.handle();
        let mut server = pin!(server);
        let has_ended = async {
            tokio::select! {
                never = hand_over(self.hand_over, &drain, &handle, &own) => match never {},
                () = self.stop => {}
            }
            let waiting = drain.leave(&handle, &own).await;
            let _on_this_thread = side_door.admit(waiting).await;
            drain.finish().await
        };
        let has_ended = tokio::select! {
            served = &mut server => return served,
            has_ended = has_ended => has_ended,
        };
        let (served, ()) = tokio::join!(server, handle.stop(has_ended));
        served
    }
}

/// The stop of the server ends it.
async fn hand_over(hand_over: Option<HandOver>, drain: &Drain, server: &ServerHandle, listener: &Listener) -> Infallible {
    if let Some(HandOver { begin, done }) = hand_over {
        begin.await;
        if listener.is_inherited() {
            log::info!("new connections are left to the processes that share the listener");
            drain.hand_over(server).await;
        }
        done.cancel();
    }
    future::pending().await
}
