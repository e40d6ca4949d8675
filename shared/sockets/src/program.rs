//! A program of a team's own, with ws-server's flags and environment.

use std::{process::ExitCode, sync::Arc};

use boot::{Program, Role, Settings, settings::read_env};
use tokio_util::sync::CancellationToken;

use crate::{Args, Routes, Sockets, Tier, TierLimits, run};

const PROGRAM: Program = Program::new("ws-server", env!("CARGO_PKG_VERSION"), Role::Sockets);

/// Holds the sockets of `routes`: flags and environment as ws-server's, no database and no sign-in. What a `main` returns.
pub fn program(routes: Routes) -> ExitCode {
    match boot::parse_command_line(PROGRAM) {
        Ok(args) => boot::exit_code(PROGRAM, &actix_web::rt::System::new().block_on(serve(routes, args))),
        Err(code) => code,
    }
}

async fn serve(routes: Routes, args: Args) -> anyhow::Result<()> {
    let (settings, limits) = read_env(|reader| (Settings::read(reader, PROGRAM, &args.flags()), TierLimits::read(reader)))?;
    let listener = settings.listen.bind()?;
    let layer = boot::start_layer(&settings).await?;
    let stop = CancellationToken::new();
    boot::stop_on_signals(stop.clone())?;
    let tier = Tier::new(Arc::new(settings), Arc::clone(&layer), None, args.limits(limits), stop);
    let outcome = run(listener, Sockets { tier, routes }).await;
    boot::leave(&*layer).await;
    Ok(outcome?)
}
