//! Preparations before the tool connects.

use catamaran_boot::settings::LogSettings;
use tokio_util::sync::CancellationToken;

use crate::{Args, Command};

/// Starts the log and installs the TLS provider. For `tail`, Ctrl-C and SIGTERM cancel the returned token.
///
/// The log goes to standard error, filtered by `RUST_LOG`. If that is unset, `tail` logs the layer's warnings; the other commands log
/// nothing.
///
/// # Errors
/// `RUST_LOG` is no valid filter, or the operating system refuses the signal handlers.
pub fn prepare(args: &Args) -> anyhow::Result<CancellationToken> {
    let is_tail = matches!(args.command, Command::Tail { .. });
    catamaran_boot::logging::init(&LogSettings::from_env(if is_tail { "warn" } else { "off" })?);
    // It fails if a provider is installed already, which does no harm.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let stop = CancellationToken::new();
    if is_tail {
        catamaran_boot::stop_on_signals(stop.clone())?;
    }
    Ok(stop)
}
