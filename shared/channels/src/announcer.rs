//! Announcements of changes that are already saved.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;

use crate::{ChannelLayer, GroupName, Message};

/// The pause before a refused group is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// The largest number of groups to remember. Members notice a longer outage by themselves.
const REMEMBERED: usize = 10_000;

/// Announces saved changes to groups. Cheap to clone; clones share the remembered groups.
///
/// An event that the layer refuses is not sent again, since members can fetch the saved state. But members must learn that they missed
/// it, and a layer reports a gap only if the connection of the *receiver* failed. So the announcer remembers the group, and sends it
/// `resync` as soon as the layer accepts that. The log gets one line at the first failure, and one when all groups are served.
#[derive(Clone)]
pub struct Announcer {
    layer: Arc<dyn ChannelLayer>,
    missed: Arc<Mutex<HashMap<GroupName, Message>>>,
}

impl Announcer {
    /// Makes an announcer that sends over `layer`.
    pub fn new(layer: Arc<dyn ChannelLayer>) -> Self {
        Self { layer, missed: Arc::default() }
    }

    /// Sends `event` to a group. Returns `false` if the layer refuses it; then the group gets `resync` later.
    ///
    /// Must be called within a tokio runtime, which runs the retries.
    pub async fn announce<E: Serialize>(&self, group: &GroupName, event: &E, resync: &E) -> bool {
        let (Some(message), Some(resync)) = (encoded(group, event), encoded(group, resync)) else { return false };
        match self.layer.group_send(group, &message).await {
            Ok(_) => true,
            Err(fault) => {
                self.remember(group, resync, &fault);
                false
            }
        }
    }

    fn remember(&self, group: &GroupName, resync: Message, fault: &dyn std::fmt::Display) {
        let mut missed = self.missed();
        let is_first = missed.is_empty();
        if missed.len() < REMEMBERED {
            missed.insert(group.clone(), resync);
        }
        drop(missed);
        if is_first {
            log::warn!(
                "changes are saved, but {group} and perhaps other groups get no event until the layer works again: {fault}"
            );
            tokio::spawn(self.clone().resync_missed());
        }
    }

    async fn resync_missed(self) {
        loop {
            tokio::time::sleep(RETRY).await;
            let next: Vec<_> = self.missed().iter().map(|(group, resync)| (group.clone(), resync.clone())).collect();
            for (group, resync) in next {
                if self.layer.group_send(&group, &resync).await.is_err() {
                    break;
                }
                let mut missed = self.missed();
                missed.remove(&group);
                if missed.is_empty() {
                    log::info!("all groups that missed an event were asked to fetch the state again");
                    return;
                }
            }
        }
    }

    fn missed(&self) -> MutexGuard<'_, HashMap<GroupName, Message>> {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn encoded<E: Serialize>(group: &GroupName, event: &E) -> Option<Message> {
    Message::new(event).inspect_err(|fault| log::error!("cannot encode an event for {group}: {fault}")).ok()
}
