//! Flags and environment, then parts, then run.

use std::process::ExitCode;

use application::{Settings, WS_SERVER};
use boot::settings::read_env;
use sockets::{Args, TierLimits};
use ws_server::Application;

#[actix_web::main]
async fn main() -> ExitCode {
    match boot::parse_command_line(WS_SERVER) {
        Ok(args) => boot::exit_code(WS_SERVER, &serve(args).await),
        Err(code) => code,
    }
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let (settings, limits) = read_env(|reader| (Settings::read(reader, WS_SERVER, &args.flags()), TierLimits::read(reader)))?;
    // The port first: a second server on it should say so before it touches the database.
    let listener = settings.server.listen.bind()?;
    let Some(parts) = application::start_or_stop(settings).await? else { return Ok(()) };
    let application = Application::start(&parts, args.limits(limits)).await?;
    sockets::run(listener, application.sockets()).await?;
    application.close().await;
    parts.close().await;
    Ok(())
}
