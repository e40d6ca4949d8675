//! Telling everybody: the last step of every change, after it was saved.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use channels::{ChannelLayer, GroupName, Message};
use serde::Serialize;

/// How often it is tried to tell those who have missed something that they have.
const RETRY: Duration = Duration::from_secs(1);
/// So many groups are remembered as having missed something. An outage with more of them is long enough that others notice it too.
const REMEMBERED: usize = 10_000;

/// Sends events to groups.
///
/// What could not be sent is not sent again: it is saved, and who heard nothing fetches it. But they have to know: a layer tells a
/// receiver of the gap where the *receiver's* line was cut; where it was ours, nobody knows but us. So the groups are remembered and
/// told to fetch as soon as that goes through. The log has one line when announcements begin to fail and one when all have been told.
#[derive(Clone)]
pub(crate) struct Announcer {
    layer: Arc<dyn ChannelLayer>,
    missed: Arc<Mutex<HashMap<GroupName, Message>>>,
}

impl Announcer {
    pub(crate) fn new(layer: Arc<dyn ChannelLayer>) -> Self {
        Self { layer, missed: Arc::default() }
    }

    /// `true` where the layer took it. Where not, the group gets `resync` as soon as the layer takes that.
    pub(crate) async fn announce<E: Serialize>(&self, group: &GroupName, event: &E, resync: &E) -> bool {
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
            log::warn!("what happens is saved, but {group} and others do not hear of it until this ends: {fault}");
            tokio::spawn(self.clone().tell_the_missed());
        }
    }

    async fn tell_the_missed(self) {
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
                    log::info!("everybody who missed something has been told to fetch it");
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
    Message::new(event).inspect_err(|fault| log::error!("an event for {group} cannot travel: {fault}")).ok()
}
