//! The process: listen, serve, drain.

use std::{io, time::Duration};

use actix_web::{App, web};
use catamaran_boot::Listener;
use catamaran_bounded_server::{BoundedServer, Bounds};

use crate::{ServerState, Sockets, health, plain};

/// How long connections may live on after all sockets have ended.
const CUT_AFTER: Duration = Duration::from_secs(2);

/// Serves until its token stops it and every socket is closed.
///
/// # Errors
/// The listener cannot be used.
pub(crate) async fn run(listener: Listener, sockets: Sockets) -> io::Result<()> {
    let (workers, state) = (sockets.state.settings.workers, sockets.state.clone());
    let name = state.settings.program.name;
    log::info!("{name} listens on {listener}, workers: {workers}");
    let not_here = (sockets.paths.clone(), state.clone());
    let application = move || {
        let (paths, state) = not_here.clone();
        App::new()
            .configure(sockets.configure())
            .app_data(web::ThinData(sockets.state.clone()))
            .configure(health::mount)
            .default_service(web::to(move |request| plain::not_here(request, paths.clone(), state.clone())))
    };
    // One request for each connection: hardly any client sends two here, and the descriptor is free for the next one.
    server(&state, &listener, application)
        .bounds(Bounds::default().with(|bounds| bounds.keep_alive = None))
        .run(listener)
        .await?;
    log::info!("{name} has stopped");
    Ok(())
}

/// A server whose `App`s mount the sockets of `state`, beside other services, to be run on `listener`. It stops when these sockets have
/// ended. If other processes share the listener, new connections are left to them before a socket is refused or closed.
pub fn server<F>(state: &ServerState, listener: &Listener, application: F) -> BoundedServer<F> {
    let draining = state.clone();
    let server = BoundedServer::new(application);
    let server = match listener.is_inherited() {
        true => server.hand_over_after(state.stop.clone().cancelled_owned(), state.drain.share_listener()),
        false => server,
    };
    server
        .workers(state.settings.workers)
        .connections_per_worker(state.capacity.per_worker)
        // Otherwise a client that has vanished would hold its descriptor for ever.
        .half_closed(false)
        .stop_after(async move { draining.drained().await }, CUT_AFTER)
}
