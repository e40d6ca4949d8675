//! The first steps of every process, and the last.

use std::{sync::Arc, time::Duration};

use catamaran::ChannelLayer;
use tokio::time::timeout;

use crate::{Settings, descriptors, layer::open_layer, logging};

/// How long a process that ends waits for its layer.
const LEAVE_PATIENCE: Duration = Duration::from_secs(1);

/// Starts the log, logs the program and unused variables, installs the TLS provider, and raises the limit of open files.
pub fn prepare(settings: &Settings) {
    #[cfg(feature = "redis-tls")]
    crate::tls::install_provider();
    logging::init(&settings.log);
    log::info!("{} {} starts", settings.program.name, settings.program.version);
    for note in &settings.notes {
        log::warn!("{note}");
    }
    descriptors::raise_limit();
}

/// [`prepare`], then the channel layer. Redis out of reach does not stop the start: the layer keeps trying, and the log says so.
///
/// # Errors
/// The layer cannot be made.
pub async fn start_layer(settings: &Settings) -> anyhow::Result<Arc<dyn ChannelLayer>> {
    prepare(settings);
    open_layer(&settings.channels).await
}

/// Ends this process's memberships, so that no other process sends to it. Waits for a short time: the backend may be away, or one of its
/// hosts.
pub async fn leave(layer: &dyn ChannelLayer) {
    if !matches!(timeout(LEAVE_PATIENCE, layer.flush()).await, Ok(Ok(()))) {
        log::warn!("the channel layer did not confirm within {LEAVE_PATIENCE:?} that this process has left");
    }
}
