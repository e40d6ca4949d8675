//! Presence when processes stop, are killed, or are reaped while alive.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use catamaran::{ChannelLayer, ChannelOptions, InMemoryLayer, Incoming, LayerConfig, Receiver};
use catamaran_presence::{Here, Presence};
use rooms::{Rooms, groups, wire::RoomEvent};
use store::{DatabaseUrl, Nickname, PresenceGroup, RoomCode, RoomId, RoomName, Store, User, UserId};
use tempfile::TempDir;

const NOW: i64 = 1_800_000_000_000;
const LEASE_MS: i64 = 15_000;

/// One room with two members, and a subscriber of its group.
struct Fixture {
    store: Store,
    layer: Arc<dyn ChannelLayer>,
    rooms: Rooms,
    code: RoomCode,
    room: RoomId,
    kim: User,
    lee: User,
    subscriber: Receiver,
    clock: Arc<AtomicI64>,
    _folder: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("fixture.sqlite3").display());
        let store = Store::connect(&DatabaseUrl::parse(&url).unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
        let rooms = Rooms::new(store.clone(), Arc::clone(&layer));
        let kim = store.create_user(&Nickname::parse("Kim").unwrap(), NOW).await.unwrap();
        let lee = store.create_user(&Nickname::parse("Lee").unwrap(), NOW).await.unwrap();
        let name = RoomName::parse("Harbour").unwrap();
        let room = rooms.create(&kim, &name, None, || RoomCode::from_random(&[1; 6]), NOW).await.unwrap();
        rooms.join(&room.code, &lee, NOW).await.unwrap();
        let subscriber = layer.new_channel(ChannelOptions::default());
        layer.group_add(&groups::room(room.id), subscriber.name()).await.unwrap();
        Self {
            store,
            layer,
            rooms,
            code: room.code,
            room: room.id,
            kim,
            lee,
            subscriber,
            clock: Arc::new(AtomicI64::new(NOW)),
            _folder: folder,
        }
    }

    async fn process(&self) -> Presence {
        let clock = Arc::clone(&self.clock);
        let builder = Presence::builder(Arc::clone(&self.layer), self.store.leases()).now(move || clock.load(Ordering::SeqCst));
        let presence = builder.announce(PresenceGroup::ROOMS, self.rooms.clone()).build();
        presence.renew().await.unwrap();
        presence
    }

    async fn enter(&self, process: &Presence, user: UserId) -> Here {
        process.enter(&groups::room(self.room), &user.to_string(), &()).await.unwrap()
    }

    async fn tick(&self, process: &Presence) {
        process.renew().await.unwrap();
        process.reconcile().await.unwrap();
        process.sweep().await.unwrap();
    }

    fn set_clock(&self, now: i64) {
        self.clock.store(now, Ordering::SeqCst);
    }

    /// Lets the leases of all other processes expire.
    async fn outlive(&self, survivor: &Presence) {
        for elapsed in [LEASE_MS / 2, LEASE_MS] {
            self.set_clock(NOW + elapsed);
            self.tick(survivor).await;
        }
    }

    /// The presence changes since the last call.
    fn announced(&mut self) -> Vec<(String, bool)> {
        let mut announced = Vec::new();
        while let Some(incoming) = self.subscriber.try_recv() {
            if let Incoming::Delivery(delivery) = incoming
                && let RoomEvent::Presence { user_id, online } = delivery.message.event().unwrap()
            {
                announced.push((user_id, online));
            }
        }
        announced
    }

    async fn online(&self) -> u32 {
        self.rooms.room(&self.code).await.unwrap().online
    }
}

#[tokio::test]
async fn only_users_of_a_killed_process_go_offline() {
    let mut fixture = Fixture::new().await;
    let (killed, other, third) = (fixture.process().await, fixture.process().await, fixture.process().await);
    let both = [fixture.enter(&killed, fixture.kim.id).await, fixture.enter(&killed, fixture.lee.id).await];
    let _here = fixture.enter(&other, fixture.lee.id).await;
    assert_eq!(fixture.announced(), [(fixture.kim.id.to_string(), true), (fixture.lee.id.to_string(), true)]);

    std::mem::forget(both); // killed: it announces nothing, and no process renews its lease
    fixture.set_clock(NOW + LEASE_MS - 1);
    fixture.tick(&other).await;
    assert_eq!((fixture.announced(), fixture.online().await), (vec![], 2), "the process may only be slow");
    fixture.set_clock(NOW + LEASE_MS);
    assert_eq!(fixture.online().await, 2, "an expired lease counts until it is reaped");
    fixture.tick(&other).await;
    fixture.tick(&third).await;
    assert_eq!(fixture.announced(), [(fixture.kim.id.to_string(), false)]);
    assert_eq!(fixture.online().await, 1);
}

#[tokio::test]
async fn a_reaped_process_returns_with_its_users() {
    let mut fixture = Fixture::new().await;
    let (asleep, other) = (fixture.process().await, fixture.process().await);
    let _seat = fixture.enter(&asleep, fixture.kim.id).await;
    fixture.outlive(&other).await;
    assert_eq!(fixture.announced(), [(fixture.kim.id.to_string(), true), (fixture.kim.id.to_string(), false)]);
    fixture.tick(&asleep).await;
    assert_eq!(fixture.announced(), [(fixture.kim.id.to_string(), true)]);
    assert_eq!(fixture.online().await, 1);
}

/// In either order of sweeping and renewing.
#[tokio::test]
async fn a_database_outage_ends_no_presence() {
    let mut fixture = Fixture::new().await;
    let (one, other, killed) = (fixture.process().await, fixture.process().await, fixture.process().await);
    let _kim = fixture.enter(&one, fixture.kim.id).await;
    std::mem::forget(fixture.enter(&killed, fixture.lee.id).await);
    fixture.announced();
    let back = NOW + 10 * LEASE_MS;
    fixture.set_clock(back);
    assert_eq!(fixture.online().await, 2, "users count during the outage");
    other.sweep().await.unwrap();
    fixture.tick(&other).await;
    fixture.tick(&one).await;
    fixture.set_clock(back + LEASE_MS - 1);
    fixture.tick(&other).await;
    fixture.tick(&one).await;
    assert_eq!(fixture.announced(), []);
    fixture.set_clock(back + LEASE_MS);
    fixture.tick(&other).await;
    assert_eq!(fixture.announced(), [(fixture.lee.id.to_string(), false)], "a process killed meanwhile is found one lease later");
}

/// A laptop wakes up: its lease is lost, and all its sockets close at once.
#[tokio::test]
async fn a_user_who_leaves_during_recovery_stays_offline() {
    for _ in 0..50 {
        let fixture = Fixture::new().await;
        let (asleep, other) = (fixture.process().await, fixture.process().await);
        let kim = fixture.enter(&asleep, fixture.kim.id).await;
        let lee = fixture.enter(&asleep, fixture.lee.id).await;
        fixture.outlive(&other).await;
        tokio::join!(fixture.tick(&asleep), kim.leave(), lee.leave());
        fixture.tick(&asleep).await;
        assert_eq!(fixture.online().await, 0);
    }
}

#[tokio::test]
async fn a_cancelled_enter_or_leave_leaves_no_presence() {
    for patience in 0..100 {
        let fixture = Fixture::new().await;
        let process = fixture.process().await;
        let (group, kim) = (groups::room(fixture.room), fixture.kim.id.to_string());
        let entering = process.enter(&group, &kim, &());
        let _ = tokio::time::timeout(std::time::Duration::from_micros(patience * 20), entering).await;
        let seat = fixture.enter(&process, fixture.kim.id).await;
        let _ = tokio::time::timeout(std::time::Duration::from_micros(patience * 20), seat.leave()).await;
        testbed::eventually(std::time::Duration::from_secs(20), async || (fixture.online().await == 0).then_some(())).await;
    }
}

#[tokio::test]
async fn a_stopping_process_announces_its_users_as_offline() {
    let mut fixture = Fixture::new().await;
    let stopping = fixture.process().await;
    let _seat = fixture.enter(&stopping, fixture.kim.id).await;
    stopping.start().await.close().await;
    assert_eq!(fixture.announced(), [(fixture.kim.id.to_string(), true), (fixture.kim.id.to_string(), false)]);
    assert_eq!(fixture.online().await, 0);
}

#[tokio::test]
async fn concurrent_enter_and_leave_end_with_the_last_socket() {
    let mut fixture = Fixture::new().await;
    let process = fixture.process().await;
    let mut seat = fixture.enter(&process, fixture.kim.id).await;
    for _ in 0..20 {
        let (_, entered) = tokio::join!(seat.leave(), fixture.enter(&process, fixture.kim.id));
        seat = entered;
        assert_eq!(fixture.online().await, 1);
    }
    seat.leave().await;
    assert_eq!(fixture.online().await, 0);
    assert!(fixture.announced().ends_with(&[(fixture.kim.id.to_string(), false)]));
}

#[tokio::test]
async fn a_new_socket_restores_presence_after_rejoining() {
    let fixture = Fixture::new().await;
    let process = fixture.process().await;
    let _old = fixture.enter(&process, fixture.lee.id).await;
    fixture.rooms.leave(&fixture.code, &fixture.lee).await.unwrap();
    fixture.rooms.join(&fixture.code, &fixture.lee, NOW).await.unwrap();
    let _new = fixture.enter(&process, fixture.lee.id).await;
    assert_eq!(fixture.online().await, 1);
}
