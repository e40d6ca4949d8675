//! The program: reads the settings, starts the parts, serves.

use std::process::ExitCode;

use application::{Settings, WS_SERVER};
use catamaran_boot::{SettingsErrors, Task, settings::read_env};
use catamaran_metrics::Metrics;
use catamaran_sockets::{ServerLimits, SocketFlags};
use clap::Parser;
use ws_server::Application;

/// Holds Catamaran's WebSockets. Pages and the JSON API are served by http-server.
///
/// The environment says the rest, by the variables below. A flag wins over its variable.
#[derive(Debug, Parser)]
struct Args {
    #[command(flatten)]
    sockets: SocketFlags,
    /// Another task than serving.
    #[command(subcommand)]
    task: Option<Task>,
}

#[actix_web::main]
async fn main() -> ExitCode {
    match catamaran_boot::parse_command_line_with_help(WS_SERVER, application::variables_help(WS_SERVER)) {
        Ok(Args { task: Some(task), sockets }) => {
            application::check(WS_SERVER, read(&sockets).map(|(settings, _limits)| settings), task)
        }
        Ok(args) => catamaran_boot::exit_code(WS_SERVER, &serve(args).await),
        Err(code) => code,
    }
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let (settings, limits) = read(&args.sockets)?;
    // The port first: a second server on it should say so before it touches the database.
    let listener = settings.server.listen.bind()?;
    let mut metrics = Metrics::bind(&settings.server)?;
    let Some(parts) = application::start_or_stop(settings).await? else { return Ok(()) };
    let application = Application::start(&parts, args.sockets.limits(limits)).await;
    let sockets = application.sockets();
    parts.measure(&mut metrics);
    application.measure(&mut metrics);
    metrics.during(sockets.run(listener)).await?;
    application.close().await;
    parts.close().await;
    Ok(())
}

fn read(flags: &SocketFlags) -> Result<(Settings, ServerLimits), SettingsErrors> {
    read_env(|reader| (Settings::read(reader, WS_SERVER, &flags.settings()), ServerLimits::read(reader)))
}
