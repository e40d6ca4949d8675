//! Connects to the layer.

use std::{sync::Arc, time::Duration};

use anyhow::{anyhow, bail};
use catamaran::{ChannelLayer, LayerStatus};
use tokio::time::{sleep, timeout};

use crate::Target;

/// A layer has a status but does not report changes, so the tool polls it.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Opens the layer and waits until it is up.
///
/// # Errors
/// The settings are unusable, or the layer is not up within `patience`. The text names the cause.
pub(crate) async fn connect(target: &Target, patience: Duration) -> anyhow::Result<Arc<dyn ChannelLayer>> {
    let layer = catamaran_boot::open_layer(&target.settings).await?;
    let up = timeout(patience, async {
        while !layer.status().is_up() {
            sleep(POLL_INTERVAL).await;
        }
    });
    if up.await.is_err()
        && let LayerStatus::Down(why) = layer.status()
    {
        bail!("no connection within {} s: {why}", patience.as_secs());
    }
    Ok(layer)
}

/// As [`connect`]; an error also advises the user to run `channels doctor`.
pub(crate) async fn connect_or_advise(target: &Target, patience: Duration) -> anyhow::Result<Arc<dyn ChannelLayer>> {
    connect(target, patience).await.map_err(|fault| anyhow!("{fault:#}; `channels doctor` finds out more"))
}
