//! Limits of one user in a room: a rate, and the size of pages.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::sync::Arc;

use catamaran::{ChannelLayer, ChannelOptions, InMemoryLayer, LayerConfig};
use rooms::{MESSAGES, Rooms, RoomsError, TYPING, groups};
use store::{DatabaseUrl, MessageBody, Nickname, Page, RoomCode, RoomName, Store, User};
use tempfile::TempDir;

const NOW: i64 = 1_800_000_000_000;

struct Fixture {
    rooms: Rooms,
    layer: Arc<dyn ChannelLayer>,
    kim: User,
    lee: User,
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
        Self { rooms, layer, kim, lee, _folder: folder }
    }

    /// A room with both users.
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
async fn limits_messages_of_a_user_in_a_room() {
    let fixture = Fixture::new().await;
    let (one, two) = (fixture.room(1).await, fixture.room(2).await);
    let room = fixture.rooms.room(&one).await.unwrap().id;
    let say = async |code, user: &User, now| fixture.rooms.post(code, user.id, &body("hi"), None, now).await;
    for _ in 0..MESSAGES.burst {
        say(&one, &fixture.kim, NOW).await.unwrap();
    }
    let Err(RoomsError::TooFast(fault)) = say(&one, &fixture.kim, NOW).await else { panic!("one more than the burst") };
    assert_eq!(fault.retry_seconds(), 1);
    // A socket's messages count too.
    let over_socket = fixture.rooms.post_to(room, fixture.kim.id, &body("hi"), None, NOW).await;
    assert!(matches!(over_socket, Err(RoomsError::TooFast(_))));
    say(&one, &fixture.lee, NOW).await.unwrap();
    say(&two, &fixture.kim, NOW).await.unwrap();
    say(&one, &fixture.kim, NOW + i64::from(MESSAGES.every_ms)).await.unwrap();
    let stored = fixture.rooms.room(&one).await.unwrap().last_seq;
    assert_eq!(stored, i64::from(MESSAGES.burst) + 2, "a refused message takes no number");
}

#[tokio::test]
async fn limits_typing_notices_of_a_user_in_a_room() {
    let fixture = Fixture::new().await;
    let room = fixture.rooms.room(&fixture.room(1).await).await.unwrap().id;
    let mut subscriber = fixture.layer.new_channel(ChannelOptions::default());
    fixture.layer.group_add(&groups::room(room), subscriber.name()).await.unwrap();
    for _ in 0..3 * TYPING.burst {
        fixture.rooms.typing(room, fixture.kim.id, true, NOW).await;
    }
    let mut received = 0;
    while subscriber.try_recv().is_some() {
        received += 1;
    }
    assert_eq!(received, TYPING.burst);
}

#[tokio::test]
async fn limits_the_bytes_of_a_page_of_messages() {
    let fixture = Fixture::new().await;
    let code = fixture.room(1).await;
    let long = body(&"\u{1f319}".repeat(2_000));
    for number in 0..80 {
        fixture.rooms.post(&code, fixture.kim.id, &long, None, NOW + 1_000 * number).await.unwrap();
    }
    let read = async |page| {
        let (messages, more) = fixture.rooms.messages(&code, &fixture.kim, page, 200).await.unwrap();
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
