//! Who is online when processes stop, are killed, or are taken for dead.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::sync::Arc;

use channels::{ChannelLayer, ChannelOptions, InMemoryLayer, Incoming, LayerConfig, Receiver};
use rooms::{LEASE_MS, Presence, Rooms, groups, wire::RoomEvent};
use store::{DatabaseUrl, Nickname, ProcessId, RoomCode, RoomId, RoomName, Store, User};
use tempfile::TempDir;

const NOW: i64 = 1_800_000_000_000;

/// One room with two members, and somebody who hears what its group is told.
struct House {
    rooms: Rooms,
    code: RoomCode,
    room: RoomId,
    kim: User,
    lee: User,
    ear: Receiver,
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
        Self { rooms, code: room.code, room: room.id, kim, lee, ear, _folder: folder }
    }

    async fn process(&self, now: i64) -> Presence {
        let presence = Presence::new(self.rooms.clone(), ProcessId::random());
        presence.tick(now).await.unwrap();
        presence
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

    async fn online(&self, now: i64) -> u32 {
        self.rooms.room(&self.code, now).await.unwrap().online
    }
}

#[tokio::test]
async fn a_killed_processs_people_go_offline_once_and_those_of_others_stay() {
    let mut house = House::new().await;
    let (killed, other, third) = (house.process(NOW).await, house.process(NOW).await, house.process(NOW).await);
    killed.enter(house.room, house.kim.id, NOW).await.unwrap();
    killed.enter(house.room, house.lee.id, NOW).await.unwrap();
    other.enter(house.room, house.lee.id, NOW).await.unwrap();
    assert_eq!(house.told(), [(house.kim.id.to_string(), true), (house.lee.id.to_string(), true)]);

    drop(killed); // and nobody renews its lease
    let later = NOW + LEASE_MS - 1;
    other.tick(later).await.unwrap();
    assert_eq!((house.told(), house.online(later).await), (vec![], 2), "it may only be slow");
    let later = NOW + LEASE_MS;
    assert_eq!(house.online(later).await, 1, "nobody is shown online by a lease that has run out, even before it is ended");
    other.tick(later).await.unwrap();
    third.tick(later).await.unwrap();
    assert_eq!(house.told(), [(house.kim.id.to_string(), false)]);
}

#[tokio::test]
async fn a_process_that_was_taken_for_dead_brings_its_people_back() {
    let mut house = House::new().await;
    let (asleep, other) = (house.process(NOW).await, house.process(NOW).await);
    asleep.enter(house.room, house.kim.id, NOW).await.unwrap();
    let later = NOW + LEASE_MS;
    other.tick(later).await.unwrap();
    assert_eq!(house.told(), [(house.kim.id.to_string(), true), (house.kim.id.to_string(), false)]);
    asleep.tick(later + 1).await.unwrap();
    assert_eq!(house.told(), [(house.kim.id.to_string(), true)]);
    assert_eq!(house.online(later + 1).await, 1);
}

#[tokio::test]
async fn a_process_that_stops_says_goodbye_for_its_people() {
    let mut house = House::new().await;
    let stopping = house.process(NOW).await;
    stopping.enter(house.room, house.kim.id, NOW).await.unwrap();
    stopping.stop(NOW).await.unwrap();
    assert_eq!(house.told(), [(house.kim.id.to_string(), true), (house.kim.id.to_string(), false)]);
    assert_eq!(house.online(NOW).await, 0);
}

#[tokio::test]
async fn coming_and_going_at_once_ends_as_the_last_socket_says() {
    let mut house = House::new().await;
    let process = house.process(NOW).await;
    process.enter(house.room, house.kim.id, NOW).await.unwrap();
    for _ in 0..20 {
        let (room, user) = (house.room, house.kim.id);
        let (_, entered) = tokio::join!(process.exit(room, user, NOW), process.enter(room, user, NOW));
        entered.unwrap();
        assert_eq!(house.online(NOW).await, 1);
    }
    process.exit(house.room, house.kim.id, NOW).await;
    assert_eq!(house.online(NOW).await, 0);
    assert!(house.told().ends_with(&[(house.kim.id.to_string(), false)]));
}
