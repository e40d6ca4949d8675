//! Announcements of changes that are already saved.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;

use crate::{ChannelLayer, GroupName, Message};

/// How often a refused group is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// At most so many groups are remembered. Members notice an outage that is longer.
const REMEMBERED: usize = 10_000;

/// Announces changes to groups, after they were saved. Cheap to clone; clones share what is remembered.
///
/// An event that the layer did not take is not sent again, since members can fetch what is saved. But they must know that they missed
/// it: a layer reports a gap where the line of the *receiver* was cut, not where the sender's was. So the group is remembered, and gets
/// `resync` as soon as the layer takes it. The log has one line when announcements begin to fail, and one when none is missed any more.
#[derive(Clone)]
pub struct Announcer {
    layer: Arc<dyn ChannelLayer>,
    missed: Arc<Mutex<HashMap<GroupName, Message>>>,
}

impl Announcer {
    /// Sends over `layer`.
    pub fn new(layer: Arc<dyn ChannelLayer>) -> Self {
        Self { layer, missed: Arc::default() }
    }

    /// Sends `event` to a group. `false` where the layer did not take it: the group gets `resync` as soon as the layer takes that.
    ///
    /// Needs a tokio runtime, on which a refused group is tried again.
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
