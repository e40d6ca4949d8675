//! Serves one listener with several workers until the stop signal.

use std::time::Duration;

use actix_web::{App, web};
use application::{Clock, Parts};
use catamaran_boot::Listener;
use catamaran_bounded_server::{BoundedServer, Bounds};
use catamaran_metrics::Metrics;

use crate::{AppState, configure, housekeeping};

/// Settings of a caller beside the environment.
#[derive(Clone)]
pub struct Options {
    /// How long a request may take before it is answered with 503.
    pub timeout: Duration,
    /// Where the time comes from; `None`: from the database, as [`Parts::clock`] has it.
    pub clock: Option<Clock>,
    /// Bounds of each connection.
    pub bounds: Bounds,
}

impl Default for Options {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), clock: None, bounds: Bounds::default() }
    }
}

/// Serves on `listener` until `parts.stop` is cancelled. Then `/readyz` is 503, the listener closes after `HTTP_DRAIN_DELAY`, and running
/// requests have `HTTP_DRAIN` to finish.
///
/// # Errors
/// The operating system refuses the socket or a thread.
pub async fn run(listener: Listener, parts: Parts, options: Options) -> std::io::Result<()> {
    let bounds = options.bounds;
    let mut metrics = Metrics::bind(&parts.settings.server).map_err(std::io::Error::other)?;
    let state = web::Data::new(AppState::new(&parts, options));
    parts.measure(&mut metrics);
    state.measure(&mut metrics);
    metrics.draining(parts.stop.clone());
    let cleaning = parts.stop.child_token();
    let cleaner = actix_web::rt::spawn(housekeeping(state.clone(), cleaning.clone()));
    let workers = parts.settings.server.workers;
    let per_worker = catamaran_boot::Capacity::of_process(workers).per_worker;
    // Connections stay free for health checks, however many one address opens.
    let half = per_worker.saturating_mul(workers) / 2;
    let of_one_address = parts.settings.connections_per_address.map_or(half, |most| most.min(half));
    log::info!("http-server listens on {listener}, workers: {workers}");
    let server = BoundedServer::new(move || App::new().configure(configure(state.clone())))
        .workers(workers)
        .connections_per_worker(per_worker)
        .connections_per_address(of_one_address, parts.settings.server.trusted_proxies.clone())
        .bounds(bounds)
        .stop_after(parts.stop.clone().cancelled_owned(), parts.settings.http_drain)
        .keep_listening_for(parts.settings.http_drain_delay)
        .run(listener);
    let served = metrics.during(server).await;
    cleaning.cancel();
    if cleaner.await.is_err() {
        log::error!("the removal of ended sessions had failed");
    }
    log::info!("http-server has stopped");
    served
}
