//! The bytes of each event that `http-server` and `ws-server` send each other, as the last release sent them. While processes of two releases
//! run, each must read the other's events. Change a line only if both releases read both forms; a new event is a new line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

use std::fmt::{Debug, Write as _};

use accounts::UserRef;
use catamaran::{Close, CloseCode, Message, SocketOrder};
use mafia::wire::GameEvent;
use rooms::wire::{LobbyEvent, Member, Message as RoomMessage, RoomEvent, RoomSummary};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// For each event a line: a name, a space, and its bytes in hexadecimal digits.
const RELEASED: &str = include_str!("events.txt");
const USER: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
const NOW: i64 = 1_800_000_000_000;

/// Checks that this program reads the released bytes as `event`, and sends the same bytes.
fn is_as_released<E: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, event: &E) {
    let sent = Message::new(event).unwrap();
    let line = RELEASED.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let released = line.unwrap_or_else(|| panic!("no line {name} {}", hex(sent.encoded())));
    let read = Message::decode(bytes(released).into()).unwrap().event::<E>().unwrap();
    assert_eq!(&read, event, "{name}");
    assert_eq!(hex(sent.encoded()), released, "{name}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        std::write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn user() -> UserRef {
    UserRef { id: USER.to_string(), nickname: "지우".to_owned() }
}

#[test]
fn events_of_rooms_are_as_the_last_release_sent_them() {
    let user_id = USER.to_string();
    let message = RoomMessage { seq: 7, user: user(), body: "안녕 👋".to_owned(), at: NOW, client_id: Some(USER) };
    is_as_released("room.message", &RoomEvent::Message { message: message.clone() });
    is_as_released("room.message-without-client", &RoomEvent::Message { message: RoomMessage { client_id: None, ..message } });
    let member = Member { id: user_id.clone(), nickname: "지우".to_owned(), joined_at: NOW, online: false };
    is_as_released("room.joined", &RoomEvent::Joined { member });
    is_as_released("room.left", &RoomEvent::Left { user_id: user_id.clone() });
    is_as_released("room.presence", &RoomEvent::Presence { user_id: user_id.clone(), online: true });
    is_as_released("room.renamed", &RoomEvent::Renamed { user: user() });
    is_as_released("room.typing", &RoomEvent::Typing { user_id, on: true });
    is_as_released("room.resync", &RoomEvent::Resync);
}

#[test]
fn events_of_the_list_of_rooms_are_as_the_last_release_sent_them() {
    let room = RoomSummary {
        code: "HRBR22".to_owned(),
        name: "항구".to_owned(),
        capacity: 50,
        members: 2,
        online: 1,
        created_at: NOW,
        active_at: NOW + 1,
    };
    is_as_released("lobby.room", &LobbyEvent::Room { room });
    is_as_released("lobby.resync", &LobbyEvent::Resync);
}

#[test]
fn events_of_games_are_as_the_last_release_sent_them() {
    is_as_released("mafia.news", &GameEvent::Update { frame: r#"{"type":"game.update","n":1}"#.to_owned() });
    is_as_released("mafia.presence", &GameEvent::Presence { player: USER, online: true });
    is_as_released("mafia.moved", &GameEvent::Moved);
    is_as_released("mafia.closed", &GameEvent::Closed);
}

#[test]
fn orders_for_sockets_are_as_the_last_release_sent_them() {
    let close = SocketOrder::close_session("session", Close::new(CloseCode(4401), "signed out"));
    is_as_released("sockets.close", &close);
    is_as_released("sockets.check", &SocketOrder::Check);
}

/// A field that a later release adds is no reason to lose the event.
#[test]
fn an_event_with_a_further_field_is_read() {
    let later = serde_json::json!({ "type": "room.left", "user_id": USER.to_string(), "later": { "field": [1] } });
    let read = Message::new(&later).unwrap().event::<RoomEvent>().unwrap();
    assert_eq!(read, RoomEvent::Left { user_id: USER.to_string() });
}
