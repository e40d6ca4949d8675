//! When to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for SIGTERM or SIGINT and says which it was. Both are taken from this call on, not only once it is polled.
///
/// # Errors
/// The operating system refuses the handler.
pub fn shutdown_signal() -> std::io::Result<impl Future<Output = &'static str> + Send + use<>> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move { first(&mut term, &mut interrupt).await })
}

async fn first(term: &mut Signal, interrupt: &mut Signal) -> &'static str {
    tokio::select! {
        _ = term.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}
