//! Who is online when processes stop, are killed, or are taken for dead.

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

/// One room with two members, and somebody who hears what its group is told.
struct House {
    store: Store,
    layer: Arc<dyn ChannelLayer>,
    rooms: Rooms,
    code: RoomCode,
    room: RoomId,
    kim: User,
    lee: User,
    ear: Receiver,
    hands: Arc<AtomicI64>,
    _folder: TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("house.sqlite3").display());
        let store = Store::connect(&DatabaseUrl::parse(&url).unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
        let rooms = Rooms::new(store.clone(), Arc::clone(&layer));
        let kim = store.create_user(&Nickname::parse("Kim").unwrap(), NOW).await.unwrap();
        let lee = store.create_user(&Nickname::parse("Lee").unwrap(), NOW).await.unwrap();
        let name = RoomName::parse("Harbour").unwrap();
        let room = rooms.create(&kim, &name, None, || RoomCode::from_random(&[1; 6]), NOW).await.unwrap();
        rooms.join(&room.code, &lee, NOW).await.unwrap();
        let ear = layer.new_channel(ChannelOptions::default());
        layer.group_add(&groups::room(room.id), ear.name()).await.unwrap();
        Self {
            store,
            layer,
            rooms,
            code: room.code,
            room: room.id,
            kim,
            lee,
            ear,
            hands: Arc::new(AtomicI64::new(NOW)),
            _folder: folder,
        }
    }

    async fn process(&self) -> Presence {
        let hands = Arc::clone(&self.hands);
        let builder = Presence::builder(Arc::clone(&self.layer), self.store.leases()).now(move || hands.load(Ordering::SeqCst));
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
        self.hands.store(now, Ordering::SeqCst);
    }

    /// Only this process lives on, until the leases of all others have run out.
    async fn outlive(&self, survivor: &Presence) {
        for elapsed in [LEASE_MS / 2, LEASE_MS] {
            self.set_clock(NOW + elapsed);
            self.tick(survivor).await;
        }
    }

    /// Who was said to be online or offline since the last time.
    fn told(&mut self) -> Vec<(String, bool)> {
        let mut told = Vec::new();
        while let Some(incoming) = self.ear.try_recv() {
            if let Incoming::Delivery(delivery) = incoming
                && let RoomEvent::Presence { user_id, online } = delivery.message.event().unwrap()
            {
                told.push((user_id, online));
            }
        }
        told
    }

    async fn online(&self) -> u32 {
        self.rooms.room(&self.code).await.unwrap().online
    }
}

#[tokio::test]
async fn a_killed_processs_people_go_offline_once_and_those_of_others_stay() {
    let mut house = House::new().await;
    let (killed, other, third) = (house.process().await, house.process().await, house.process().await);
    let both = [house.enter(&killed, house.kim.id).await, house.enter(&killed, house.lee.id).await];
    let _here = house.enter(&other, house.lee.id).await;
    assert_eq!(house.told(), [(house.kim.id.to_string(), true), (house.lee.id.to_string(), true)]);

    std::mem::forget(both); // killed: it says nothing, and nobody renews its lease
    house.set_clock(NOW + LEASE_MS - 1);
    house.tick(&other).await;
    assert_eq!((house.told(), house.online().await), (vec![], 2), "it may only be slow");
    house.set_clock(NOW + LEASE_MS);
    assert_eq!(house.online().await, 2, "a lease that has run out counts until it is reaped");
    house.tick(&other).await;
    house.tick(&third).await;
    assert_eq!(house.told(), [(house.kim.id.to_string(), false)]);
    assert_eq!(house.online().await, 1);
}

#[tokio::test]
async fn a_process_that_was_taken_for_dead_brings_its_people_back() {
    let mut house = House::new().await;
    let (asleep, other) = (house.process().await, house.process().await);
    let _seat = house.enter(&asleep, house.kim.id).await;
    house.outlive(&other).await;
    assert_eq!(house.told(), [(house.kim.id.to_string(), true), (house.kim.id.to_string(), false)]);
    house.tick(&asleep).await;
    assert_eq!(house.told(), [(house.kim.id.to_string(), true)]);
    assert_eq!(house.online().await, 1);
}

/// Whoever looks first, before or after it took its own lease again.
#[tokio::test]
async fn nobody_has_gone_because_the_database_was_away() {
    let mut house = House::new().await;
    let (one, other, killed) = (house.process().await, house.process().await, house.process().await);
    let _kim = house.enter(&one, house.kim.id).await;
    std::mem::forget(house.enter(&killed, house.lee.id).await);
    house.told();
    let back = NOW + 10 * LEASE_MS;
    house.set_clock(back);
    assert_eq!(house.online().await, 2, "people count during the outage");
    other.sweep().await.unwrap();
    house.tick(&other).await;
    house.tick(&one).await;
    house.set_clock(back + LEASE_MS - 1);
    house.tick(&other).await;
    house.tick(&one).await;
    assert_eq!(house.told(), []);
    house.set_clock(back + LEASE_MS);
    house.tick(&other).await;
    assert_eq!(house.told(), [(house.lee.id.to_string(), false)], "who was killed meanwhile is found a lease later");
}

/// As a laptop wakes up: the lease is lost, and all the sockets find out at once that they are dead.
#[tokio::test]
async fn whoever_goes_while_the_people_are_brought_back_stays_gone() {
    for _ in 0..50 {
        let house = House::new().await;
        let (asleep, other) = (house.process().await, house.process().await);
        let kim = house.enter(&asleep, house.kim.id).await;
        let lee = house.enter(&asleep, house.lee.id).await;
        house.outlive(&other).await;
        tokio::join!(house.tick(&asleep), kim.leave(), lee.leave());
        house.tick(&asleep).await;
        assert_eq!(house.online().await, 0);
    }
}

#[tokio::test]
async fn whoever_stops_waiting_halfway_leaves_nobody_behind() {
    for patience in 0..100 {
        let house = House::new().await;
        let process = house.process().await;
        let (group, kim) = (groups::room(house.room), house.kim.id.to_string());
        let entering = process.enter(&group, &kim, &());
        let _ = tokio::time::timeout(std::time::Duration::from_micros(patience * 20), entering).await;
        let seat = house.enter(&process, house.kim.id).await;
        let _ = tokio::time::timeout(std::time::Duration::from_micros(patience * 20), seat.leave()).await;
        testbed::eventually(std::time::Duration::from_secs(20), async || (house.online().await == 0).then_some(())).await;
    }
}

#[tokio::test]
async fn a_process_that_stops_says_goodbye_for_its_people() {
    let mut house = House::new().await;
    let stopping = house.process().await;
    let _seat = house.enter(&stopping, house.kim.id).await;
    stopping.start().await.close().await;
    assert_eq!(house.told(), [(house.kim.id.to_string(), true), (house.kim.id.to_string(), false)]);
    assert_eq!(house.online().await, 0);
}

#[tokio::test]
async fn coming_and_going_at_once_ends_as_the_last_socket_says() {
    let mut house = House::new().await;
    let process = house.process().await;
    let mut seat = house.enter(&process, house.kim.id).await;
    for _ in 0..20 {
        let (_, entered) = tokio::join!(seat.leave(), house.enter(&process, house.kim.id));
        seat = entered;
        assert_eq!(house.online().await, 1);
    }
    seat.leave().await;
    assert_eq!(house.online().await, 0);
    assert!(house.told().ends_with(&[(house.kim.id.to_string(), false)]));
}

#[tokio::test]
async fn a_new_socket_brings_back_a_row_that_leaving_the_room_took_along() {
    let house = House::new().await;
    let process = house.process().await;
    let _old = house.enter(&process, house.lee.id).await;
    house.rooms.leave(&house.code, &house.lee).await.unwrap();
    house.rooms.join(&house.code, &house.lee, NOW).await.unwrap();
    let _new = house.enter(&process, house.lee.id).await;
    assert_eq!(house.online().await, 1);
}
