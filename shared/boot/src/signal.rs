//! When to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Cancels `stop` at SIGTERM or SIGINT, both taken from this call on.
///
/// A second SIGINT ends the process at once: that is a person who presses Ctrl-C twice. A second SIGTERM does nothing, since platforms
/// send it more than once (Heroku's "dyno shutdown behavior").
///
/// # Errors
/// The operating system refuses the handler.
pub fn stop_on_signals(stop: CancellationToken) -> std::io::Result<()> {
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        let name = first(&mut term, &mut interrupt).await;
        log::info!("{name}: stopping; Ctrl-C again ends the process at once");
        stop.cancel();
        interrupt.recv().await;
        log::warn!("SIGINT again: ending at once");
        std::process::exit(1);
    });
    Ok(())
}

async fn first(term: &mut Signal, interrupt: &mut Signal) -> &'static str {
    tokio::select! {
        _ = term.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}
