//! Binary frames, tasks, timers, backpressure and the kinds of fan-out, over real sockets.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use catamaran::{
    Accept, CloseCode, Consumer, ConsumerError, Context, FanOut, Frame, GroupName, InMemoryLayer, LayerConfig, LayerError,
};
use catamaran_sockets::{Limits, Routes};
use futures_util::SinkExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{Client, Raw},
    probe::Log,
    server::{PATIENCE, Server},
};

/// Bytes of a page of the history.
const PAGE: usize = 16 << 10;

struct Desk(Log);

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Command {
    /// Sends this many pages.
    #[serde(rename = "history")]
    History { pages: usize },
    /// Starts a timer of one millisecond, and a task that notes its end.
    #[serde(rename = "watch")]
    Watch,
    #[serde(rename = "panic")]
    Panic,
    #[serde(rename = "move")]
    Move { text: String },
    #[serde(rename = "cursor")]
    Cursor { text: String },
    #[serde(rename = "ping")]
    Ping,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum Event {
    #[serde(rename = "desk.moved")]
    Moved { text: String },
    #[serde(rename = "desk.cursor")]
    Cursor { text: String },
    #[serde(skip)]
    Tick,
}

struct Noted(Log);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.note("the task has ended".to_owned());
    }
}

fn desk() -> GroupName {
    GroupName::parse("desk").unwrap()
}

impl Consumer for Desk {
    type User = ();
    type Command = Command;
    type Event = Event;
    type Error = ConsumerError;

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        cx.group_add(&desk()).await?;
        if cx.scope().query_param("history").as_deref() == Some("early") {
            loop {
                cx.writable().await?;
                cx.send(&Frame::text("x".repeat(PAGE)));
            }
        }
        cx.reply(&json!({ "hello": true }));
        Ok(Accept::default())
    }

    async fn receive(&mut self, cx: &mut Context<Self>, command: Command) -> Result<(), ConsumerError> {
        match command {
            Command::Ping => cx.reply(&json!({ "pong": true })),
            Command::History { pages } => {
                let socket = cx.handle();
                cx.spawn(async move {
                    let page = Frame::text("x".repeat(PAGE));
                    for _ in 0..pages {
                        if socket.writable().await.is_err() {
                            return;
                        }
                        socket.send(&page);
                    }
                    socket.reply(&json!({ "end": pages }));
                })?;
            }
            Command::Watch => {
                let noted = Noted(self.0.clone());
                cx.spawn(async move {
                    let _noted = noted;
                    std::future::pending().await
                })?;
                cx.every(Duration::from_millis(1), || Event::Tick)?;
            }
            Command::Panic => drop(cx.spawn(async { panic!("as the client wished") })?),
            Command::Move { text } => drop(cx.group_send_from(&desk(), &Event::Moved { text }).await?),
            Command::Cursor { text } => drop(cx.group_send_from(&desk(), &Event::Cursor { text }).await?),
        }
        Ok(())
    }

    async fn binary(&mut self, cx: &mut Context<Self>, bytes: Bytes) -> Result<(), ConsumerError> {
        cx.send(&Frame::binary(bytes));
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context<Self>, _: Event) -> Result<(), ConsumerError> {
        cx.reply(&json!({ "tick": true }));
        Ok(())
    }

    fn fan_out(event: &Event) -> FanOut {
        match event {
            Event::Moved { .. } => FanOut::others(event),
            Event::Cursor { .. } => FanOut::volatile_others(event),
            Event::Tick => FanOut::Each,
        }
    }

    async fn disconnect(&mut self, cx: &mut Context<Self>, _: CloseCode) {
        let late = cx.handle().group_add(&desk()).await;
        assert!(matches!(late, Err(LayerError::NoReceiver(_))), "{late:?}");
        self.0.note("left".to_owned());
    }
}

fn start(limits: Limits) -> (Server, Log) {
    let log = Log::default();
    let notes = log.clone();
    let routes = Routes::new().consumer("/ws/desk/", move |_| Desk(notes.clone()));
    (Server::mounting(limits, Arc::new(InMemoryLayer::new(LayerConfig::default())), routes), log)
}

async fn open(server: &Server) -> Client {
    let mut client = Client::at(server, "/ws/desk/").await;
    assert_eq!(client.json().await, json!({ "hello": true }));
    client
}

impl Client {
    async fn binary(&mut self) -> Bytes {
        match self.next().await {
            Message::Binary(bytes) => bytes,
            other => panic!("a binary frame was expected, not {other:?}"),
        }
    }
}

#[tokio::test]
async fn binary_frames_come_and_go_whole_or_in_fragments() {
    let (server, _) = start(Limits::default());
    let mut client = open(&server).await;
    for size in [0, 1, 125, 126, 64 << 10] {
        let bytes = Bytes::from(vec![0xFF; size]);
        client.stream.send(Message::Binary(bytes.clone())).await.unwrap();
        assert_eq!(client.binary().await, bytes);
    }
    let mut raw = Raw::open(server.addr, "/ws/desk/").await;
    raw.frame(0x02, b"\xff").await;
    raw.frame(0x80, b"\x00").await;
    raw.frame(0x88, &1000_u16.to_be_bytes()).await;
    assert_eq!(raw.frames_until_close().await.0[1..], [(0x82, b"\xff\x00".to_vec())]);
    client.stream.send(Message::Binary(vec![0; (64 << 10) + 1].into())).await.unwrap();
    assert_eq!(client.closed().await.0, 1009);
}

#[tokio::test]
async fn binary_frames_count_against_the_rate() {
    let (server, _) =
        start(Limits::default().with(|limits| (limits.frames_per_second, limits.frames_burst, limits.refusals) = (1, 3, 5)));
    let mut client = open(&server).await;
    for _ in 0..20 {
        // The server may have closed it already.
        let _sent = client.stream.send(Message::Binary(Bytes::from_static(b"x"))).await;
    }
    for _ in 0..3 {
        assert_eq!(client.binary().await, "x");
    }
    assert_eq!(client.json().await["code"], "rate_limited");
    assert_eq!(client.closed().await.0, 1008);
}

/// The history is ten times the outbox, and reading it takes longer than a slow reader may take.
#[tokio::test]
async fn a_long_history_reaches_a_slow_reader_whole() {
    let (server, _) = start(Limits::default());
    let mut client = Raw::open(server.addr, "/ws/desk/").await;
    let pages = (10 << 20) / PAGE;
    let command = format!(r#"{{"type":"history","pages":{pages}}}"#);
    client.frame(0x81, command.as_bytes()).await;
    let (mut seen, end) = (Vec::new(), format!(r#"{{"end":{pages}}}"#));
    let mut pace = tokio::time::interval(Duration::from_millis(100));
    while !seen.ends_with(end.as_bytes()) {
        pace.tick().await;
        let mut piece = vec![0; 384 << 10];
        let read = tokio::time::timeout(PATIENCE, client.0.read(&mut piece)).await.unwrap().unwrap();
        assert!(read > 0, "the server ended it after {} bytes", seen.len());
        seen.extend_from_slice(&piece[..read]);
    }
    let letters = seen.iter().filter(|byte| **byte == b'x').count();
    assert_eq!((letters, server.counters.slow_readers.get()), (pages * PAGE, 0));
}

/// No frame is written before `connect` has returned, so a wait for the client would never end.
#[tokio::test]
async fn a_wait_for_the_client_during_connect_is_refused_at_once() {
    let (server, _) = start(Limits::default().with(|limits| limits.connect_timeout = PATIENCE * 10));
    let mut client = Client::at(&server, "/ws/desk/?history=early").await;
    assert_eq!(client.closed().await.0, 1013);
}

#[tokio::test]
async fn timers_and_tasks_end_with_their_socket() {
    let (server, log) = start(Limits::default());
    let mut client = open(&server).await;
    client.send(r#"{"type":"watch"}"#).await;
    for _ in 0..3 {
        assert_eq!(client.json().await, json!({ "tick": true }));
    }
    drop(client);
    log.line("the task has ended").await;
    log.line("left").await;
    assert_eq!(log.lines(), ["the task has ended", "left"]);
    server.open(0).await;
}

#[tokio::test]
async fn a_panic_in_a_task_ends_neither_its_socket_nor_a_neighbour() {
    let (server, _) = start(Limits::default());
    let (mut client, mut neighbour) = (open(&server).await, open(&server).await);
    client.send(r#"{"type":"panic"}"#).await;
    for socket in [&mut client, &mut neighbour] {
        socket.send(r#"{"type":"ping"}"#).await;
        assert_eq!(socket.json().await, json!({ "pong": true }));
    }
}

#[tokio::test]
async fn all_sockets_but_the_senders_get_an_event() {
    let (server, _) = start(Limits::default());
    let mut clients = [open(&server).await, open(&server).await, open(&server).await];
    clients[0].send(r#"{"type":"move","text":"first"}"#).await;
    for client in &mut clients[1..] {
        assert_eq!(client.json().await["text"], "first");
    }
    clients[1].send(r#"{"type":"move","text":"second"}"#).await;
    assert_eq!(clients[0].json().await["text"], "second", "and not its own before it");
    assert_eq!(clients[2].json().await["text"], "second");
}

#[tokio::test]
async fn a_client_that_lags_loses_volatile_frames_and_stays() {
    let (server, _) = start(Limits::default().with(|limits| (limits.frames_per_second, limits.frames_burst) = (10_000, 10_000)));
    let (mut sender, mut slow) = (open(&server).await, Raw::open(server.addr, "/ws/desk/").await);
    server.open(2).await;
    let cursor = json!({ "type": "cursor", "text": "x".repeat(50_000) }).to_string();
    // The dropped frames alone are three times the outbox.
    while server.counters.volatile_dropped.get() < 60 {
        sender.send(&cursor).await;
        sender.send(r#"{"type":"ping"}"#).await;
        assert_eq!(sender.json().await, json!({ "pong": true }));
    }
    sender.send(r#"{"type":"move","text":"last"}"#).await;
    let mut seen = Vec::new();
    while !seen.windows(6).any(|window| window == b"\"last\"") {
        let read = tokio::time::timeout(PATIENCE, slow.0.read_buf(&mut seen)).await.unwrap().unwrap();
        assert!(read > 0, "the server ended it");
    }
    assert_eq!(server.counters.slow_readers.get(), 0);
}
