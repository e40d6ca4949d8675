//! One listener, some workers, until told to stop.

use std::{any::Any, time::Duration};

use actix_web::{App, HttpServer, dev::Extensions, rt::net::TcpStream, web};
use boot::{Clock, Listener, Parts};

use crate::{AppState, configure, housekeeping, limits};

/// What a caller may choose beside the environment.
#[derive(Clone)]
pub struct Options {
    /// How long a request may take before it is answered with 503.
    pub timeout: Duration,
    /// Where the time comes from; `None`: from the database, as [`Parts::clock`] has it.
    pub clock: Option<Clock>,
}

impl Default for Options {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), clock: None }
    }
}

/// Serves on `listener` until `parts.stop` is cancelled; then running requests have 8 s to finish.
///
/// # Errors
/// The operating system refuses the socket or a thread.
pub async fn run(listener: Listener, parts: Parts, options: Options) -> std::io::Result<()> {
    let state = web::Data::new(AppState::new(&parts, options));
    let cleaning = parts.stop.child_token();
    let cleaner = actix_web::rt::spawn(housekeeping(state.clone(), cleaning.clone()));
    let server = HttpServer::new(move || App::new().configure(configure(state.clone())))
        .workers(parts.settings.workers)
        .keep_alive(limits::KEEP_ALIVE)
        .client_request_timeout(limits::REQUEST_HEAD)
        .max_connections(boot::connections_per_worker(parts.settings.workers))
        .on_connect(bound_kernel_buffers)
        .tcp_nodelay(true)
        .shutdown_timeout(limits::SHUTDOWN_SECONDS)
        .shutdown_signal(parts.stop.clone().cancelled_owned());
    log::info!("http-server listens on {listener}, workers: {}", parts.settings.workers);
    let server = match listener {
        Listener::Tcp(listener) => server.listen(listener)?,
        Listener::Unix(listener) => server.listen_uds(listener)?,
    };
    let served = server.run().await;
    cleaning.cancel();
    if cleaner.await.is_err() {
        log::error!("the removal of ended sessions had failed");
    }
    log::info!("http-server has stopped");
    served
}

/// A reader that stalls is let go, instead of holding its answer and its descriptor for ever.
fn bound_kernel_buffers(connection: &dyn Any, _: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>() {
        boot::bound_kernel_buffers(stream);
    }
}
