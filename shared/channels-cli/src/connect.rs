//! A layer that is up.

use std::{sync::Arc, time::Duration};

use anyhow::{anyhow, bail};
use catamaran::{ChannelLayer, LayerStatus};
use tokio::time::{sleep, timeout};

use crate::Target;

/// A layer tells of its state and not of its changes, so it is asked again: often enough that nobody notices.
const AGAIN: Duration = Duration::from_millis(10);

/// Opens the layer and waits until it is up.
///
/// # Errors
/// It cannot be used as it is set, or is not up within `patience`; the text says why.
pub(crate) async fn connect(target: &Target, patience: Duration) -> anyhow::Result<Arc<dyn ChannelLayer>> {
    let layer = catamaran_boot::open_layer(&target.settings).await?;
    let up = timeout(patience, async {
        while !layer.status().is_up() {
            sleep(AGAIN).await;
        }
    });
    if up.await.is_err()
        && let LayerStatus::Down(why) = layer.status()
    {
        bail!("no connection within {} s: {why}", patience.as_secs());
    }
    Ok(layer)
}

/// As [`connect`], for who is not the doctor.
pub(crate) async fn connect_or_advise(target: &Target, patience: Duration) -> anyhow::Result<Arc<dyn ChannelLayer>> {
    connect(target, patience).await.map_err(|fault| anyhow!("{fault:#}; `channels doctor` looks closer"))
}
