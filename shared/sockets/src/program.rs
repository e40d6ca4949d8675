//! A program of a team's own, with ws-server's flags and environment.

use std::{process::ExitCode, sync::Arc};

use boot::{Process, Settings};
use tokio_util::sync::CancellationToken;

use crate::{Args, Routes, Sockets, Tier, run};

/// Holds the sockets of `routes`: flags and environment as ws-server's, no database and no sign-in. What a `main` returns.
pub fn program(routes: Routes) -> ExitCode {
    match boot::parse_command_line(Process::WsServer) {
        Ok(args) => boot::exit_code(Process::WsServer, &actix_web::rt::System::new().block_on(serve(routes, args))),
        Err(code) => code,
    }
}

async fn serve(routes: Routes, args: Args) -> anyhow::Result<()> {
    let settings = args.settings()?;
    let listener = settings.listen.bind()?;
    let layer = boot::start_layer(&settings).await?;
    let stop = CancellationToken::new();
    boot::stop_on_signals(stop.clone())?;
    let tier = Tier::new(Arc::new(settings), Arc::clone(&layer), None, args.limits(), stop);
    let outcome = run(listener, Sockets { tier, routes }).await;
    boot::leave(&*layer).await;
    Ok(outcome?)
}

impl Args {
    /// The settings that environment and flags make.
    ///
    /// # Errors
    /// Every fault at once, each with the variable, what was found and what is expected.
    pub fn settings(&self) -> Result<Settings, boot::SettingsErrors> {
        Settings::from_env(Process::WsServer, &self.flags())
    }
}
