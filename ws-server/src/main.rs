//! Flags and environment, then parts, then run.

use std::process::ExitCode;

use boot::Process;
use sockets::Args;
use ws_server::Application;

#[actix_web::main]
async fn main() -> ExitCode {
    match boot::parse_command_line(Process::WsServer) {
        Ok(args) => boot::exit_code(Process::WsServer, &serve(args).await),
        Err(code) => code,
    }
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let settings = args.settings()?;
    // The port first: a second server on it should say so before it touches the database.
    let listener = settings.listen.bind()?;
    let Some(parts) = boot::start_or_stop(settings).await? else { return Ok(()) };
    let application = Application::start(&parts, args.limits()).await?;
    sockets::run(listener, application.sockets()).await?;
    application.close().await;
    parts.close().await;
    Ok(())
}
