//! The consumers that answer: an echo, and the example's chat. A second client in the chat's room collects the messages, because the
//! sender's own copy may lose the race with its close frame.

use std::{future::pending, time::Duration};

use bytes::{Buf, BytesMut};
use catamaran::{Accept, Consumer, ConsumerError, Context, InMemoryLayer, LayerConfig};
use catamaran_sockets::{Limits, Routes};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{Answer, Case, End};
use crate::{
    chat::Chat,
    client::{Client, Raw, parsed, whole},
    server::{PATIENCE, Server},
};

const ECHO_BYTES: usize = 16 << 20;
const CHAT_BYTES: usize = 2 << 20;

/// Replies with each text.
pub(crate) struct Echo;

impl Consumer for Echo {
    type User = ();
    type Command = String;
    type Event = Nothing;
    type Error = ConsumerError;

    async fn connect(&mut self, _: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        Ok(Accept::default())
    }

    async fn receive(&mut self, cx: &mut Context<Self>, text: String) -> Result<(), ConsumerError> {
        cx.reply(&text);
        Ok(())
    }

    async fn event(&mut self, _: &mut Context<Self>, _: Nothing) -> Result<(), ConsumerError> {
        Ok(())
    }
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// A server with one of the two consumers.
pub(super) struct Peer {
    server: Server,
    is_chat: bool,
    rooms: usize,
}

impl Peer {
    pub(super) fn echo() -> Self {
        Self {
            server: Server::mounting(limits(ECHO_BYTES), layer(), Routes::new().consumer("/ws/echo/", |_| Echo)),
            is_chat: false,
            rooms: 0,
        }
    }

    pub(super) fn chat() -> Self {
        let routes = Routes::new().consumer("/ws/chat/{room}/", |_| Chat::default());
        Self { server: Server::mounting(limits(CHAT_BYTES), layer(), routes), is_chat: true, rooms: 0 }
    }

    /// The bytes of a message with `text`, unescaped in JSON: it may not be UTF-8.
    pub(super) fn around(&self, text: &[u8]) -> Vec<u8> {
        let (before, after) = if self.is_chat { (r#"{"message":""#, r#""}"#) } else { ("\"", "\"") };
        [before.as_bytes(), text, after.as_bytes()].concat()
    }

    /// Bytes of the largest message that it takes.
    pub(super) fn largest(&self) -> usize {
        if self.is_chat { CHAT_BYTES } else { ECHO_BYTES }
    }

    /// A text whose message has `size` bytes.
    pub(super) fn text_of(&self, size: usize) -> String {
        "*".repeat(size - self.around(b"").len())
    }

    pub(super) async fn passes(&mut self, case: Case) {
        self.rooms += 1;
        let path = if self.is_chat { format!("/ws/chat/{}/", self.rooms) } else { "/ws/echo/".to_owned() };
        let mut watcher = match self.is_chat {
            true => Some(Client::at(&self.server, &path).await),
            false => None,
        };
        let client = Raw::open(self.server.addr, &path).await;
        let (frames, close) = exchange(client.0, &case).await;
        let own: Vec<Answer> = frames.iter().map(|frame| self.answer(frame)).collect();
        let name = format!("{} ({path})", case.name);
        match &mut watcher {
            None => same(&own, &case.answers, &name),
            Some(watcher) => {
                let is_said = |answer: &&Answer| matches!(answer, Answer::Text(_));
                let expected = |of: bool| case.answers.iter().filter(|answer| is_said(answer) == of).cloned().collect::<Vec<_>>();
                same(&said(watcher).await, &expected(true), &name);
                let own: Vec<_> = own.into_iter().filter(|answer| !is_said(&answer)).collect();
                same(&own, &expected(false), &name);
            }
        }
        match case.end {
            End::Client(_, answer) => assert_eq!(close, answer, "{name}"),
            End::Server(codes) => {
                let code = close.first_chunk().map(|code| u16::from_be_bytes(*code));
                assert!(code.is_some_and(|code| codes.contains(&code)), "{name}: {code:?}, and {codes:?} is expected");
            }
        }
    }

    fn answer(&self, (first, payload): &(u8, Vec<u8>)) -> Answer {
        match first {
            0x8A => Answer::Pong(payload.clone()),
            0x81 => text(serde_json::from_slice(payload).unwrap()),
            other => panic!("a frame {other:x} was not expected"),
        }
    }
}

fn same(seen: &[Answer], expected: &[Answer], name: &str) {
    let short = |answers: &[Answer]| format!("{answers:?}").chars().take(2_000).collect::<String>();
    assert!(seen == expected, "{name}: {} and not {}", short(seen), short(expected));
}

fn text(value: Value) -> Answer {
    match value {
        Value::String(text) => Answer::Text(text),
        Value::Object(fields) if fields.get("code") == Some(&json!("bad_json")) => Answer::BadJson,
        Value::Object(mut fields) => match fields.remove("message") {
            Some(Value::String(text)) => Answer::Text(text),
            other => panic!("{other:?} {fields:?}"),
        },
        other => panic!("{other}"),
    }
}

/// Collects the room's messages up to one of the watcher's own.
async fn said(watcher: &mut Client) -> Vec<Answer> {
    watcher.send(r#"{"message":"that was all"}"#).await;
    let mut said = Vec::new();
    loop {
        match text(watcher.json().await) {
            Answer::Text(text) if text == "that was all" => return said,
            answer => said.push(answer),
        }
    }
}

/// Writes and reads, and closes if the client has to. Returns the frames, and the payload of the close frame.
async fn exchange(tcp: TcpStream, case: &Case) -> (Vec<(u8, Vec<u8>)>, Vec<u8>) {
    let (mut reading, mut writing) = tcp.into_split();
    let goodbye = match &case.end {
        End::Client(payload, _) => Some(whole(0x88, payload)),
        End::Server(_) => None,
    };
    let write = async {
        for bytes in case.writes.iter().chain(&goodbye) {
            if writing.write_all(bytes).await.is_err() {
                break; // the server has ended the connection
            }
        }
        pending::<()>().await;
    };
    let read = async {
        let (mut frames, mut bytes) = (Vec::new(), BytesMut::new());
        loop {
            while let Some((frame, size)) = parsed(&bytes) {
                bytes.advance(size);
                if frame.0 == 0x88 {
                    return (frames, frame.1);
                }
                frames.push(frame);
            }
            let size = reading.read_buf(&mut bytes).await.unwrap_or_default();
            assert!(size > 0, "{}: the connection ended without a close frame, after {} frames", case.name, frames.len());
        }
    };
    let both = async {
        tokio::select! {
            seen = read => seen,
            () = write => unreachable!("it is pending at last"),
        }
    };
    let seen = timeout(PATIENCE * 3, both).await.unwrap_or_else(|_| panic!("{}: no end", case.name));
    if matches!(case.end, End::Client(..)) {
        let more = timeout(PATIENCE, reading.read_u8()).await.unwrap_or_else(|_| panic!("{}: the connection goes on", case.name));
        assert!(more.is_err(), "{}: something comes after the close frame", case.name);
    }
    seen
}

fn limits(message_bytes: usize) -> Limits {
    Limits::default().with(|limits| {
        limits.message_bytes = message_bytes;
        limits.outbox_bytes = 64 << 20;
        limits.frames_per_second = 1_000_000;
        limits.frames_burst = 1_000_000;
        limits.connect_timeout = PATIENCE;
        limits.handler_timeout = Duration::from_secs(60);
    })
}

fn layer() -> std::sync::Arc<dyn catamaran::ChannelLayer> {
    std::sync::Arc::new(InMemoryLayer::new(LayerConfig::default()))
}
