//! Telling everybody: the last step of every change, after it was saved.

use std::sync::Arc;

use channels::{ChannelLayer, GroupName, Message};
use serde::Serialize;

/// Sends events to groups. What could not be sent is logged and not tried again: it is saved, and clients fetch it when the layer
/// tells them of the gap.
#[derive(Clone)]
pub(crate) struct Announcer {
    layer: Arc<dyn ChannelLayer>,
}

impl Announcer {
    pub(crate) fn new(layer: Arc<dyn ChannelLayer>) -> Self {
        Self { layer }
    }

    /// `true` where the layer took it.
    pub(crate) async fn announce<E: Serialize>(&self, group: &GroupName, event: &E) -> bool {
        let message = match Message::new(event) {
            Ok(message) => message,
            Err(fault) => {
                log::error!("an event for {group} cannot travel: {fault}");
                return false;
            }
        };
        match self.layer.group_send(group, &message).await {
            Ok(_) => true,
            Err(fault) => {
                log::warn!("{} is saved, but {group} did not hear of it: {fault}", message.kind());
                false
            }
        }
    }
}
