//! The process: listen, serve, drain.

use std::{any::Any, io, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::{Extensions, Service as _},
    http::KeepAlive,
    rt::net::TcpStream,
    web,
};
use boot::{ListenSocket, Listener};

use crate::{Routes, Tier, health, limits::REQUEST_HEAD, plain};

/// What is left when sockets had their time to say goodbye is cut after this, in seconds.
const CUT_AFTER: u64 = 2;

/// The tier's part of an `App`: the sockets of its routes, one hub for each worker thread.
#[derive(Clone)]
pub struct Sockets {
    /// The tier.
    pub tier: Tier,
    /// Path → consumer.
    pub routes: Routes,
}

impl Sockets {
    /// Mounts the routes. For the closure that makes a worker's `App`, called on that worker's thread.
    pub fn configure(&self) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
        let Self { tier, routes } = self.clone();
        move |config| routes.mount(config, &tier)
    }
}

/// Serves until the tier is told to stop and every socket is closed.
///
/// # Errors
/// The listener cannot be used.
pub async fn run(listener: Listener, sockets: Sockets) -> io::Result<()> {
    let (workers, draining) = (sockets.tier.settings.workers, sockets.tier.clone());
    log::info!("ws-server listens on {listener}, workers: {workers}");
    let (per_worker, on_connect) = (draining.connections_per_worker(), draining.on_connect());
    let paths = sockets.routes.paths();
    let mut server = HttpServer::new(move || {
        let tier = sockets.tier.clone();
        let paths = paths.clone();
        App::new()
            .wrap_fn(move |request, service| {
                tier.begin(&request);
                service.call(request)
            })
            .configure(sockets.configure())
            .app_data(web::ThinData(sockets.tier.clone()))
            .service(health::resource())
            .default_service(web::to(move |request| plain::not_here(request, paths.clone())))
    })
    .workers(workers)
    .max_connections(per_worker)
    // One request for each connection: a later head would have no deadline, and nothing here is asked twice in a row.
    .keep_alive(KeepAlive::Disabled)
    .client_request_timeout(REQUEST_HEAD)
    .tcp_nodelay(true)
    // A client that has vanished is let go, instead of holding its descriptor for ever.
    .h1_allow_half_closed(false)
    // A socket has parted by close frames before its connection ends: nothing is left to wait for.
    .client_disconnect_timeout(Duration::ZERO)
    .on_connect(on_connect)
    .shutdown_timeout(CUT_AFTER)
    .shutdown_signal(async move { draining.drained().await });
    for socket in listener {
        server = match socket {
            ListenSocket::Tcp(socket) => server.listen(socket)?,
            ListenSocket::Unix(socket) => server.listen_uds(socket)?,
        };
    }
    server.run().await?;
    log::info!("ws-server has stopped");
    Ok(())
}

/// For `HttpServer::on_connect`: without these bounds a stalled reader pins megabytes in the kernel, and its descriptor until it
/// deigns to go.
pub fn bound_kernel_buffers(connection: &dyn Any, _: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>() {
        boot::bound_kernel_buffers(stream);
    }
}
