//! Tells a server what to send.

use std::{net::Ipv4Addr, sync::Arc};

use anyhow::{Context as _, bail};
use catamaran::{ChannelLayer, GroupName, LayerConfig, Message};
use catamaran_redis::{RedisCoreLayer, RedisHosts, RedisPubSubLayer, Wire};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, tcp::OwnedWriteHalf},
    task::JoinHandle,
};

use crate::{
    load::{Dialect, Plan, socket_request, text_frame},
    peers::{Peer, Way},
};

/// A way into a server's rooms.
pub enum Publisher {
    /// A client of room 0.
    Socket {
        /// What it writes.
        writer: OwnedWriteHalf,
        /// What it writes around the text.
        around: (&'static str, &'static str),
        /// Reads what it is sent.
        reader: JoinHandle<()>,
    },
    /// Over a layer.
    Layer(Arc<dyn ChannelLayer>),
    /// Over a connection to Redis.
    Redis(redis::aio::MultiplexedConnection),
    /// By requests to the server.
    Http {
        /// The connection.
        stream: TcpStream,
        /// The server's port.
        port: u16,
    },
}

impl Publisher {
    /// Connects as `peer` wants it, to a server at `port` with a Redis at `redis`.
    ///
    /// # Errors
    /// Nobody answers there.
    pub async fn connect(peer: Peer, port: u16, redis: u16, headers: &str) -> anyhow::Result<Self> {
        let url = format!("redis://127.0.0.1:{redis}/?protocol=resp3");
        let hosts = || RedisHosts::new(&[url.as_str()], false);
        let config = LayerConfig::default();
        Ok(match peer.way() {
            Way::Socket { around } => {
                let stream = open(peer, port, headers).await?;
                let (mut reader, writer) = stream.into_split();
                let reader = tokio::spawn(async move {
                    let mut buffer = vec![0; 64 << 10];
                    while reader.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
                });
                Self::Socket { writer, around, reader }
            }
            Way::Pubsub => Self::Layer(Arc::new(RedisPubSubLayer::connect(hosts()?, &Wire::default(), config))),
            Way::Core => Self::Layer(Arc::new(RedisCoreLayer::connect(hosts()?, &Wire::default(), config))),
            Way::Redis => Self::Redis(redis::Client::open(url.as_str())?.get_multiplexed_async_connection().await?),
            Way::Http => Self::Http { stream: http(port).await?, port },
        })
    }

    /// How many more than the subscribers get each message: a client that publishes is in the room too.
    pub fn readers(&self) -> u64 {
        u64::from(matches!(self, Self::Socket { .. }))
    }

    /// Publishes `text` in a room. Returns when it is handed over.
    ///
    /// # Errors
    /// Whoever takes it has gone.
    pub async fn publish(&mut self, room: usize, text: &str) -> anyhow::Result<()> {
        match self {
            Self::Socket { writer, around: (before, after), .. } => {
                writer.write_all(&text_frame(&format!("{before}{text}{after}"))).await?;
            }
            Self::Layer(layer) => {
                let group = GroupName::parse(&format!("chat_{room}"))?;
                let message = Message::from_json(&json!({ "type": "chat.message", "message": text }))?;
                layer.group_send(&group, &message).await?;
            }
            Self::Redis(connection) => {
                redis::cmd("PUBLISH").arg(format!("chat:{room}")).arg(text).exec_async(connection).await?;
            }
            Self::Http { stream, port } => {
                let length = text.len();
                let head =
                    format!("POST /pub/{room} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {length}\r\n\r\n{text}");
                stream.write_all(head.as_bytes()).await?;
                answered(stream).await?;
            }
        }
        Ok(())
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        if let Self::Socket { reader, .. } = self {
            reader.abort();
        }
    }
}

async fn http(port: u16) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Opens a socket of room 0, by hand: its messages are thrown away, pings included (a run is shorter than any heartbeat's patience).
async fn open(peer: Peer, port: u16, headers: &str) -> anyhow::Result<TcpStream> {
    let mut stream = http(port).await?;
    stream.write_all(&socket_request(port, headers, &peer.path(0))).await?;
    let head = until(&mut stream, b"\r\n\r\n").await?;
    if !head.starts_with(b"HTTP/1.1 101") {
        bail!("the publisher's handshake was answered with: {}", String::from_utf8_lossy(&head));
    }
    if peer.dialect() == Dialect::SocketIo {
        stream.write_all(&text_frame("40")).await?;
        until(&mut stream, b"40{").await?;
    }
    Ok(stream)
}

async fn until(stream: &mut TcpStream, end: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while !bytes.windows(end.len()).any(|window| window == end) {
        if stream.read_buf(&mut bytes).await? == 0 {
            bail!("the server ended the publisher's connection");
        }
    }
    Ok(bytes)
}

/// Reads an answer and lets it go: nchan's are shorter than a segment.
async fn answered(stream: &mut TcpStream) -> anyhow::Result<()> {
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await?;
    let status = answer.get(9..12).context("an answer has a status")?;
    if length == 0 || !status.starts_with(b"2") {
        bail!("publishing was answered with: {}", String::from_utf8_lossy(&answer[..length]));
    }
    Ok(())
}

impl Plan {
    /// Everybody who is to come to `peer`: `count` sockets spread over `rooms`.
    pub fn new(peer: Peer, port: u16, headers: &[String], count: usize, rooms: usize) -> Self {
        let subscribers = (0..count)
            .map(|index| {
                let room = index % rooms;
                crate::load::Subscriber { path: peer.path(room), room, is_stalled: false }
            })
            .collect();
        Self { port, dialect: peer.dialect(), headers: headers.to_owned(), subscribers, at_once: 64 }
    }
}
