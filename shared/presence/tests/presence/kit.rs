//! Processes on one store and one layer, a clock that a test moves, and a listener in the group.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use catamaran::{ChannelLayer, ChannelOptions, GroupName, Incoming, Receiver, testing::FaultyLayer};
use catamaran_presence::{LeaseStore, Presence, PresenceEvent};
use serde_json::Value;

use crate::faulty::FaultyStore;

pub(crate) const NOW: i64 = 1_800_000_000_000;
pub(crate) const LEASE: i64 = 15_000;
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// One group, and several processes that have members in it.
pub(crate) struct Stage {
    pub(crate) store: FaultyStore,
    pub(crate) layer: Arc<FaultyLayer>,
    pub(crate) group: GroupName,
    receiver: Receiver,
    clock: Arc<AtomicI64>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let layer = Arc::new(FaultyLayer::default());
        let group = GroupName::parse("deck").unwrap();
        let receiver = layer.new_channel(ChannelOptions::default());
        layer.group_add(&group, receiver.name()).await.unwrap();
        Self { store: FaultyStore::default(), layer, group, receiver, clock: Arc::new(AtomicI64::new(NOW)) }
    }

    /// Another process, with a lease.
    pub(crate) async fn process(&self) -> Presence {
        let presence = self.unleased();
        presence.renew().await.unwrap();
        presence
    }

    /// Another process, which holds no lease yet.
    pub(crate) fn unleased(&self) -> Presence {
        let clock = Arc::clone(&self.clock);
        let builder = Presence::builder(Arc::clone(&self.layer) as _, self.store.clone());
        builder.now(move || clock.load(Ordering::SeqCst)).build()
    }

    pub(crate) fn set_clock(&self, now: i64) {
        self.clock.store(now, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.clock)
    }

    /// Keeps only this process alive, until the leases of all others have run out.
    pub(crate) async fn outlive(&self, survivor: &Presence) {
        for elapsed in [LEASE / 2, LEASE] {
            self.set_clock(NOW + elapsed);
            tick(survivor).await;
        }
    }

    /// The announcements since the last call: `+ann`, `-ann`, `~ann`, with the payload if it is not null.
    pub(crate) fn heard(&mut self) -> Vec<String> {
        let mut heard = Vec::new();
        while let Some(incoming) = self.receiver.try_recv() {
            let Incoming::Delivery(delivery) = incoming else { continue };
            heard.push(match delivery.message.event::<PresenceEvent<Value>>().unwrap() {
                PresenceEvent::Joined { key, payload } => shown('+', &key, &payload),
                PresenceEvent::Left { key, payload } => shown('-', &key, &payload),
                PresenceEvent::Changed { key, payload } => shown('~', &key, &payload),
                other => panic!("not known here: {other:?}"),
            });
        }
        heard
    }

    /// The keys of those online, in order.
    pub(crate) async fn online(&self) -> Vec<String> {
        let listed = self.store.kept().list(self.group.as_str()).await.unwrap();
        listed.into_iter().map(|entry| entry.member.key.to_string()).collect()
    }
}

/// Does the keeper's work of one tick.
pub(crate) async fn tick(process: &Presence) {
    process.renew().await.unwrap();
    process.reconcile().await.unwrap();
    process.sweep().await.unwrap();
}

fn shown(sign: char, key: &str, payload: &Value) -> String {
    if payload.is_null() { format!("{sign}{key}") } else { format!("{sign}{key} {payload}") }
}
