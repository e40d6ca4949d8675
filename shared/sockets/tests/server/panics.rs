//! Panics in a team's code end one socket or one event, never a worker thread, and release the socket's place.

use std::sync::Arc;

use catamaran::{Accept, CloseCode, Consumer, ConsumerError, Context, FanOut, GroupName, InMemoryLayer, LayerConfig, Message};
use catamaran_sockets::{Limits, Routes};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use testbed::eventually;

use crate::{
    client::{Client, http},
    probe::KnownSessions,
    server::{PATIENCE, Server},
};

/// Panics in the method that its path names.
struct Fragile {
    weak: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Command {
    Break,
    Echo,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    ToEach { text: String },
    ToAll { text: String },
    Undecodable { text: Bomb },
}

/// Panics while it is read.
#[derive(Serialize)]
struct Bomb;

impl<'de> Deserialize<'de> for Bomb {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("in the type of an event")
    }
}

fn group() -> GroupName {
    GroupName::parse("fragile").unwrap()
}

impl Fragile {
    fn fall(&self, method: &str) {
        assert_ne!(self.weak, method, "as the test wants it");
    }
}

impl Consumer for Fragile {
    type User = crate::probe::Who;
    type Command = Command;
    type Event = Event;
    type Error = ConsumerError;

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        cx.group_add(&group()).await?;
        cx.reply(&json!({ "hello": self.weak }));
        self.fall("connect");
        Ok(Accept::default())
    }

    async fn receive(&mut self, cx: &mut Context<Self>, command: Command) -> Result<(), ConsumerError> {
        match command {
            Command::Break => self.fall("receive"),
            Command::Echo => cx.reply(&json!({ "echo": true })),
        }
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context<Self>, event: Event) -> Result<(), ConsumerError> {
        self.fall("event");
        if let Event::ToEach { text } = event {
            cx.reply(&json!({ "each": text }));
        }
        Ok(())
    }

    fn fan_out(event: &Event) -> FanOut {
        match event {
            Event::ToAll { text } => {
                assert_ne!(text, "break", "as the test wants it");
                FanOut::same(&json!({ "all": text }))
            }
            _ => FanOut::Each,
        }
    }

    async fn disconnect(&mut self, _: &mut Context<Self>, _: CloseCode) {
        self.fall("disconnect");
    }
}

fn server() -> Server {
    let routes = Routes::new().consumer("/ws/fragile/{weak}/", |scope| {
        let weak = scope.param("weak").unwrap_or_default().to_owned();
        assert_ne!(weak, "make", "as the test wants it");
        Fragile { weak }
    });
    let layer = Arc::new(InMemoryLayer::new(LayerConfig::default()));
    Server::serving(Arc::new(KnownSessions::default()), Limits::default(), layer, routes, &[("WS_MAX_SOCKETS_PER_ADDRESS", "3")])
}

async fn meet(server: &Server, weak: &str) -> Client {
    let mut client = Client::at(server, &format!("/ws/fragile/{weak}/")).await;
    assert_eq!(client.json().await, json!({ "hello": weak }));
    client
}

async fn send(server: &Server, event: Event) {
    server.layer.group_send(&group(), &Message::new(&event).unwrap()).await.unwrap();
}

const FAILED: (u16, &str) = (1011, "the server failed here; connect again");

#[tokio::test]
async fn a_consumer_that_panics_ends_its_own_socket_with_1011_and_frees_its_place() {
    let server = server();
    let mut sound = meet(&server, "nothing").await;
    // More often than the address has places.
    for weak in ["connect", "receive", "event", "connect", "receive", "event"] {
        let mut client = meet(&server, weak).await;
        match weak {
            "receive" => client.send(r#"{"type":"break"}"#).await,
            "event" => send(&server, Event::ToEach { text: "hi".to_owned() }).await,
            _ => {}
        }
        assert_eq!(client.closed().await, (FAILED.0, FAILED.1.to_owned()), "{weak}");
        eventually(PATIENCE, async || (server.counters.open.get() == 1).then_some(())).await;
    }
    assert_eq!(server.counters.panics.get(), 6);
    assert_eq!([sound.json().await, sound.json().await], [json!({ "each": "hi" }), json!({ "each": "hi" })]);
}

#[tokio::test]
async fn a_panic_of_disconnect_and_of_the_maker_takes_no_place_away() {
    let server = server();
    for _ in 0..4 {
        drop(meet(&server, "disconnect").await);
        let answer = http(server.addr, "GET /ws/fragile/make/ HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==").await;
        assert!(!answer.starts_with("HTTP/1.1 101 "), "{answer}");
        eventually(PATIENCE, async || (server.counters.open.get() == 0).then_some(())).await;
    }
    meet(&server, "nothing").await;
}

#[tokio::test]
async fn an_event_that_panics_is_dropped_and_the_next_one_reaches_every_socket() {
    let server = server();
    let (mut one, mut other) = (meet(&server, "nothing").await, meet(&server, "nothing").await);
    send(&server, Event::ToAll { text: "break".to_owned() }).await;
    send(&server, Event::Undecodable { text: Bomb }).await;
    send(&server, Event::ToAll { text: "whole".to_owned() }).await;
    for client in [&mut one, &mut other] {
        assert_eq!(client.json().await, json!({ "all": "whole" }));
        client.send(r#"{"type":"echo"}"#).await;
        assert_eq!(client.json().await, json!({ "echo": true }));
    }
    assert!(server.counters.panics.get() >= 2, "each worker with such sockets counts its own");
}
