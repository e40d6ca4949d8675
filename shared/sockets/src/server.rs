//! The process: listen, serve, drain.

use std::{io, time::Duration};

use actix_web::{App, web};
use catamaran_boot::Listener;
use catamaran_bounded_server::{BoundedServer, Bounds};

use crate::{Sockets, Tier, health, plain};

/// Connections that are left when sockets had their time to say goodbye are cut after this.
const CUT_AFTER: Duration = Duration::from_secs(2);

/// Serves until its token stops it and every socket is closed.
///
/// # Errors
/// The listener cannot be used.
pub(crate) async fn run(listener: Listener, sockets: Sockets) -> io::Result<()> {
    let (workers, tier) = (sockets.tier.settings.workers, sockets.tier.clone());
    let name = tier.settings.program.name;
    log::info!("{name} listens on {listener}, workers: {workers}");
    let not_here = (sockets.paths.clone(), tier.clone());
    let application = move || {
        let (paths, tier) = not_here.clone();
        App::new()
            .configure(sockets.configure())
            .app_data(web::ThinData(sockets.tier.clone()))
            .service(health::resource())
            .default_service(web::to(move |request| plain::not_here(request, paths.clone(), tier.clone())))
    };
    // One request for each connection: no client asks twice in a row here, and the next one finds the descriptor free.
    server(&tier, application).bounds(Bounds::default().with(|bounds| bounds.keep_alive = None)).run(listener).await?;
    log::info!("{name} has stopped");
    Ok(())
}

/// A server whose `App`s mount the sockets of `tier`, beside whatever else they have. It stops when the tier's sockets have ended.
pub fn server<F>(tier: &Tier, application: F) -> BoundedServer<F> {
    let draining = tier.clone();
    BoundedServer::new(application)
        .workers(tier.settings.workers)
        .connections_per_worker(tier.capacity.per_worker)
        // A client that has vanished is let go, instead of holding its descriptor for ever.
        .half_closed(false)
        .stop_after(async move { draining.drained().await }, CUT_AFTER)
}
