//! Telling everybody: the last step of every change, after it was saved.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use channels::{ChannelLayer, GroupName, Message};
use serde::Serialize;

/// Sends events to groups. What could not be sent is not tried again: it is saved, and clients fetch it when the layer tells them of
/// the gap. The log has one line when announcements begin to fail and one when they go through again.
#[derive(Clone)]
pub(crate) struct Announcer {
    layer: Arc<dyn ChannelLayer>,
    failing: Arc<AtomicBool>,
}

impl Announcer {
    pub(crate) fn new(layer: Arc<dyn ChannelLayer>) -> Self {
        Self { layer, failing: Arc::default() }
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
            Ok(_) => {
                if self.failing.swap(false, Ordering::Relaxed) {
                    log::info!("announcements go through again");
                }
                true
            }
            Err(fault) => {
                if !self.failing.swap(true, Ordering::Relaxed) {
                    log::warn!(
                        "{} is saved, but {group} did not hear of it, nor will others until this ends: {fault}",
                        message.kind()
                    );
                }
                false
            }
        }
    }
}
