//! A program that holds sockets and nothing else.

use std::process::ExitCode;

use catamaran_boot::{Program, Settings, settings::read_env};
use tokio_util::sync::CancellationToken;

use crate::{Server, ServerLimits, SocketFlags};

/// A `main` whose settings are flags and environment, without users: `build` adds consumers to the server.
///
/// ```no_run
/// # use catamaran::*;
/// # #[derive(serde::Deserialize)] struct Nothing {}
/// # struct Echo;
/// # impl Consumer for Echo {
/// #     type User = ();
/// #     type Command = Nothing;
/// #     type Event = Nothing;
/// #     type Error = ConsumerError;
/// #     async fn connect(&mut self, _: &mut Context<Self>) -> Result<Accept, ConsumerError> { Ok(Accept::default()) }
/// #     async fn receive(&mut self, _: &mut Context<Self>, _: Nothing) -> Result<(), ConsumerError> { Ok(()) }
/// #     async fn event(&mut self, _: &mut Context<Self>, _: Nothing) -> Result<(), ConsumerError> { Ok(()) }
/// # }
/// use catamaran_sockets::{Program, Role, program};
///
/// const ECHO: Program = Program::new("echo-ws", env!("CARGO_PKG_VERSION"), Role::Sockets);
///
/// fn main() -> std::process::ExitCode {
///     program(ECHO, |server| server.consumer("/ws/echo/{room}/", |_scope| Echo))
/// }
/// ```
pub fn program(program: Program, build: impl FnOnce(Server) -> Server) -> ExitCode {
    let about = "Holds WebSockets.\n\nThe environment says the rest; a flag wins over its variable.";
    match catamaran_boot::parse_flags(program, about) {
        Ok(flags) => catamaran_boot::exit_code(program, &actix_web::rt::System::new().block_on(serve(program, build, flags))),
        Err(code) => code,
    }
}

async fn serve(program: Program, build: impl FnOnce(Server) -> Server, flags: SocketFlags) -> anyhow::Result<()> {
    let (settings, limits) = read_env(|reader| (Settings::read(reader, program, &flags.settings()), ServerLimits::read(reader)))?;
    let listener = settings.listen.bind()?;
    let layer = catamaran_boot::start_layer(&settings).await?;
    let stop = CancellationToken::new();
    catamaran_boot::stop_on_signals(stop.clone())?;
    let server = Server::new(settings, layer.clone()).limits(flags.limits(limits)).stop(stop);
    let outcome = build(server).run(listener).await;
    catamaran_boot::leave(&*layer).await;
    Ok(outcome?)
}
