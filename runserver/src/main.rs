//! Both servers in one process, for a laptop: the layer in memory, a SQLite file, nothing to install.

use std::process::ExitCode;

use actix_web::{App, web};
use anyhow::Context as _;
use application::{RUNSERVER, Settings};
use catamaran_boot::{Capacity, Listener, ServerFlags, SettingsErrors, Task, settings::read_env};
use catamaran_metrics::Metrics;
use catamaran_sockets::ServerLimits;
use clap::Parser;
use http_server::{AppState, Options};
use ws_server::Application;

/// Serves pages, API and WebSockets in one process: no Redis and no database server needed.
///
/// The environment says the rest, by the variables below. A flag wins over its variable.
#[derive(Debug, Parser)]
#[command(name = "runserver", version)]
struct Args {
    /// The flags that all servers have.
    #[command(flatten)]
    server: ServerFlags,
    /// Another task than serving.
    #[command(subcommand)]
    task: Option<Task>,
}

#[actix_web::main]
async fn main() -> ExitCode {
    match catamaran_boot::parse_command_line_with_help(RUNSERVER, application::variables_help(RUNSERVER)) {
        Ok(Args { task: Some(task), server }) => {
            application::check(RUNSERVER, read(&server).map(|(settings, _limits)| settings), task)
        }
        Ok(args) => catamaran_boot::exit_code(RUNSERVER, &serve(args).await),
        Err(code) => code,
    }
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let (settings, limits) = read(&args.server)?;
    let limits = with_one_delay(limits, &settings);
    let listener = settings.server.listen.bind()?;
    let mut metrics = Metrics::bind(&settings.server)?;
    let Some(parts) = application::start_or_stop(settings).await? else { return Ok(()) };

    let state = web::Data::new(AppState::new(&parts, Options::default()));
    actix_web::rt::spawn(http_server::housekeeping(state.clone(), parts.stop.clone()));
    let application = Application::start(&parts, limits).await;
    let sockets = application.sockets();
    parts.measure(&mut metrics);
    state.measure(&mut metrics);
    application.measure(&mut metrics);
    log::info!("{}", invitation(&listener).context("the listener has no address")?);
    let sockets_state = sockets.state.clone();
    let server = catamaran_sockets::server(&sockets_state, &listener, move || {
        App::new().configure(sockets.configure()).configure(http_server::configure(state.clone()))
    });
    let draining = sockets_state.clone();
    let server = server
        .connections_per_address(of_one_address(parts.settings.server.workers), parts.settings.server.trusted_proxies.clone())
        // Requests that still run when the sockets have ended.
        .stop_after(async move { draining.drained().await }, parts.settings.http_drain);
    metrics.during(server.run(listener)).await?;
    application.close().await;
    parts.close().await;
    Ok(())
}

fn read(flags: &ServerFlags) -> Result<(Settings, ServerLimits), SettingsErrors> {
    read_env(|reader| (Settings::read(reader, RUNSERVER, &flags.settings(true)), ServerLimits::read(reader)))
}

/// Pages and sockets have one listener and one `/readyz`. So the longer delay is that of both.
fn with_one_delay(limits: ServerLimits, settings: &Settings) -> ServerLimits {
    limits.with(|limits| limits.drain_delay = limits.drain_delay.max(settings.http_drain_delay))
}

/// The connections that one address may have, sockets included. The rest stays for other clients and health checks.
fn of_one_address(workers: usize) -> usize {
    let all = Capacity::of_process(workers).per_worker.saturating_mul(workers);
    all / 4 * 3
}

/// The address for a browser: `localhost` if the server listens on this machine alone or on every address. No browser opens a Unix
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
    use catamaran_boot::Listen;

    use super::*;

    #[test]
    fn names_an_address_that_a_browser_can_open() {
        let tcp = Listen::Tcp { host: "127.0.0.1".to_owned(), port: 0 }.bind().unwrap();
        let port = tcp.local_addr().unwrap().unwrap().port();
        assert_eq!(invitation(&tcp).unwrap(), format!("open http://localhost:{port}"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let unix = Listen::unix(path.clone()).bind().unwrap();
        assert_eq!(invitation(&unix).unwrap(), format!("listens on unix:{}", path.display()));
    }
}
