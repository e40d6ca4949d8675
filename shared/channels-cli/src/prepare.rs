//! What must be there before anything connects.

use catamaran_boot::settings::LogSettings;
use tokio_util::sync::CancellationToken;

use crate::{Args, Command};

/// Starts the log, installs the TLS provider, and returns what is cancelled at Ctrl-C and SIGTERM where the command goes on until then.
///
/// The log goes to standard error. `RUST_LOG` says what is in it; where it is unset, `tail` tells of what the layer warns of, and the
/// others tell of their own errors alone.
///
/// # Errors
/// `RUST_LOG` is no filter; the operating system refuses the signal handlers.
pub fn prepare(args: &Args) -> anyhow::Result<CancellationToken> {
    let is_tail = matches!(args.command, Command::Tail { .. });
    catamaran_boot::logging::init(&LogSettings::from_env(if is_tail { "warn" } else { "off" })?);
    // An error means that there is one already, which will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let stop = CancellationToken::new();
    if is_tail {
        catamaran_boot::stop_on_signals(stop.clone())?;
    }
    Ok(stop)
}
