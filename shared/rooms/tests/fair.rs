//! Limits of one user in a room: a rate, and pages that are bounded in bytes.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::sync::Arc;

use catamaran::{ChannelLayer, ChannelOptions, InMemoryLayer, LayerConfig};
use rooms::{MESSAGES, Rooms, RoomsError, TYPING, groups};
use store::{DatabaseUrl, MessageBody, Nickname, Page, RoomCode, RoomName, Store, User};
use tempfile::TempDir;

const NOW: i64 = 1_800_000_000_000;

struct House {
    rooms: Rooms,
    layer: Arc<dyn ChannelLayer>,
    kim: User,
    lee: User,
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
        Self { rooms, layer, kim, lee, _folder: folder }
    }

    /// A room of both.
    async fn room(&self, seed: u8) -> RoomCode {
        let name = RoomName::parse("Harbour").unwrap();
        let code = self.rooms.create(&self.kim, &name, None, || RoomCode::from_random(&[seed; 6]), NOW).await.unwrap().code;
        self.rooms.join(&code, &self.lee, NOW).await.unwrap();
        code
    }
}

fn body(text: &str) -> MessageBody {
    MessageBody::parse(text).unwrap()
}

#[tokio::test]
async fn messages_are_counted_for_a_user_and_a_room() {
    let house = House::new().await;
    let (one, two) = (house.room(1).await, house.room(2).await);
    let room = house.rooms.room(&one).await.unwrap().id;
    let say = async |code, user: &User, now| house.rooms.post(code, user.id, &body("hi"), None, now).await;
    for _ in 0..MESSAGES.burst {
        say(&one, &house.kim, NOW).await.unwrap();
    }
    let Err(RoomsError::TooFast(fault)) = say(&one, &house.kim, NOW).await else { panic!("one more than the burst") };
    assert_eq!(fault.retry_seconds(), 1);
    // The socket's way in is the same.
    let over_socket = house.rooms.post_to(room, house.kim.id, &body("hi"), None, NOW).await;
    assert!(matches!(over_socket, Err(RoomsError::TooFast(_))));
    say(&one, &house.lee, NOW).await.unwrap();
    say(&two, &house.kim, NOW).await.unwrap();
    say(&one, &house.kim, NOW + i64::from(MESSAGES.every_ms)).await.unwrap();
    let stored = house.rooms.room(&one).await.unwrap().last_seq;
    assert_eq!(stored, i64::from(MESSAGES.burst) + 2, "a refused message takes no number");
}

#[tokio::test]
async fn signs_of_typing_are_counted_for_a_user_and_a_room() {
    let house = House::new().await;
    let room = house.rooms.room(&house.room(1).await).await.unwrap().id;
    let mut ear = house.layer.new_channel(ChannelOptions::default());
    house.layer.group_add(&groups::room(room), ear.name()).await.unwrap();
    for _ in 0..3 * TYPING.burst {
        house.rooms.typing(room, house.kim.id, true, NOW).await;
    }
    let mut heard = 0;
    while ear.try_recv().is_some() {
        heard += 1;
    }
    assert_eq!(heard, TYPING.burst);
}

#[tokio::test]
async fn a_page_of_messages_is_bounded_in_bytes() {
    let house = House::new().await;
    let code = house.room(1).await;
    let long = body(&"\u{1f319}".repeat(2_000));
    for number in 0..80 {
        house.rooms.post(&code, house.kim.id, &long, None, NOW + 1_000 * number).await.unwrap();
    }
    let read = async |page| {
        let (messages, more) = house.rooms.messages(&code, &house.kim, page, 200).await.unwrap();
        let bytes: usize = messages.iter().map(|message| message.body.as_str().len()).sum();
        assert!(bytes <= 256 * 1024, "{bytes}");
        (messages.iter().map(|message| message.seq).collect::<Vec<_>>(), more)
    };
    let (newest, more) = read(Page::Newest).await;
    assert_eq!((newest.last(), more), (Some(&80), true));
    let (before, more) = read(Page::Before(newest[0])).await;
    assert_eq!((before.last(), more), (Some(&(newest[0] - 1)), true));
    let (mut all, mut more) = (Vec::new(), true);
    while more {
        let (next, is_more) = read(Page::After(all.last().copied().unwrap_or(0))).await;
        all.extend(next);
        more = is_more;
    }
    assert_eq!(all, (1..=80).collect::<Vec<_>>());
    assert!(!read(Page::After(78)).await.1);
}
