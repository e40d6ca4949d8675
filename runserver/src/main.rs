//! Both servers in one process, for a laptop: the layer in memory, a SQLite file, nothing to install.

use std::process::ExitCode;

use actix_web::{App, HttpServer, dev::Service as _, web};
use anyhow::Context as _;
use application::{RUNSERVER, Settings};
use boot::{ListenSocket, Listener, ServerFlags, settings::read_env};
use clap::Parser;
use http_server::{AppState, Options};
use sockets::TierLimits;
use ws_server::Application;

/// Serves pages, API and WebSockets in one process: no Redis and no database server needed.
///
/// The environment says the rest (see .env.sample); a flag wins over its variable.
#[derive(Debug, Parser)]
#[command(name = "runserver", version)]
struct Args {
    /// The flags that all servers have.
    #[command(flatten)]
    server: ServerFlags,
}

#[actix_web::main]
async fn main() -> ExitCode {
    match boot::parse_command_line(RUNSERVER) {
        Ok(args) => boot::exit_code(RUNSERVER, &serve(args).await),
        Err(code) => code,
    }
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let flags = args.server.settings(true);
    let (settings, limits) = read_env(|reader| (Settings::read(reader, RUNSERVER, &flags), TierLimits::read(reader)))?;
    let listener = settings.server.listen.bind()?;
    let Some(parts) = application::start_or_stop(settings).await? else { return Ok(()) };

    let state = web::Data::new(AppState::new(&parts, Options::default()));
    actix_web::rt::spawn(http_server::housekeeping(state.clone(), parts.stop.clone()));
    let application = Application::start(&parts, limits).await?;
    let (sockets, draining) = (application.sockets(), application.tier.clone());
    log::info!("{}", invitation(&listener).context("the listener has no address")?);
    let (per_worker, on_connect) = (draining.connections_per_worker(), draining.on_connect());
    let mut server = HttpServer::new(move || {
        let tier = sockets.tier.clone();
        App::new()
            .wrap_fn(move |request, service| {
                tier.begin(&request);
                service.call(request)
            })
            .configure(sockets.configure())
            .configure(http_server::configure(state.clone()))
    })
    .workers(parts.settings.server.workers)
    .keep_alive(http_server::KEEP_ALIVE)
    .client_request_timeout(http_server::REQUEST_HEAD)
    .max_connections(per_worker)
    .on_connect(on_connect)
    .tcp_nodelay(true)
    .h1_allow_half_closed(false)
    .shutdown_timeout(2)
    .shutdown_signal(async move { draining.drained().await });
    for socket in listener {
        server = match socket {
            ListenSocket::Tcp(socket) => server.listen(socket)?,
            ListenSocket::Unix(socket) => server.listen_uds(socket)?,
        };
    }
    server.run().await?;
    application.close().await;
    parts.close().await;
    Ok(())
}

/// What a person types into a browser: `localhost` where only this machine or every address is listened to. No browser opens a Unix
/// socket.
fn invitation(listener: &Listener) -> anyhow::Result<String> {
    Ok(match listener.local_addr()? {
        Some(addr) if addr.ip().is_loopback() || addr.ip().is_unspecified() => format!("open http://localhost:{}", addr.port()),
        Some(addr) => format!("open http://{addr}"),
        None => format!("listens on {listener}"),
    })
}

#[cfg(test)]
mod tests {
    use boot::Listen;

    use super::*;

    #[test]
    fn a_person_is_told_what_a_browser_can_open() {
        let tcp = Listen::Tcp { host: "127.0.0.1".to_owned(), port: 0 }.bind().unwrap();
        let port = tcp.local_addr().unwrap().unwrap().port();
        assert_eq!(invitation(&tcp).unwrap(), format!("open http://localhost:{port}"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let unix = Listen::unix(path.clone()).bind().unwrap();
        assert_eq!(invitation(&unix).unwrap(), format!("listens on unix:{}", path.display()));
    }
}
