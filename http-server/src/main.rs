//! Flags and environment, then parts, then run.

use std::{io::stdout, process::ExitCode};

use application::Settings;
use http_server::{Args, HttpTask, Options};

#[actix_web::main]
async fn main() -> ExitCode {
    match catamaran_boot::parse_command_line_with_help(
        application::HTTP_SERVER,
        application::variables_help(application::HTTP_SERVER),
    ) {
        Ok(Args { task: Some(HttpTask::Common(task)), server, alone, .. }) => application::check(
            application::HTTP_SERVER,
            Settings::from_env(application::HTTP_SERVER, &server.settings(alone)),
            task,
        ),
        Ok(Args { task: Some(HttpTask::Doctor(args)), .. }) => examine(&args).await,
        Ok(args) => catamaran_boot::exit_code(application::HTTP_SERVER, &serve(args).await),
        Err(code) => code,
    }
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let settings = Settings::from_env(application::HTTP_SERVER, &args.flags())?;
    if args.migrate_only {
        return application::migrate(settings).await;
    }
    // The port first: a second server on it should say so before it touches the database.
    let listener = settings.server.listen.bind()?;
    let Some(parts) = application::start_or_stop(settings).await? else { return Ok(()) };
    let options = Options { timeout: args.timeout(), ..Options::default() };
    http_server::run(listener, parts.clone(), options).await?;
    parts.close().await;
    Ok(())
}

async fn examine(args: &doctor::Args) -> ExitCode {
    match doctor::run(args, &mut stdout()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => catamaran_boot::not_examined(application::HTTP_SERVER, &fault),
    }
}
