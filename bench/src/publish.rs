//! Publishes messages, as the users of each server would.

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
    peers::{Peer, PublishMethod},
};

/// Publishes into a server's rooms.
pub enum Publisher {
    /// A client of room 0.
    Socket {
        /// The socket's writing half.
        writer: OwnedWriteHalf,
        /// The bytes before and after the text.
        wrap: (&'static str, &'static str),
        /// Reads and drops the messages of the room.
        reader: JoinHandle<()>,
    },
    /// A channel layer.
    Layer(Arc<dyn ChannelLayer>),
    /// A connection to Redis.
    Redis(redis::aio::MultiplexedConnection),
    /// Requests to the server.
    Http {
        /// The connection.
        stream: TcpStream,
        /// The server's port.
        port: u16,
    },
}

impl Publisher {
    /// Connects by the method of `peer` to a server at `port` with a Redis at `redis`.
    ///
    /// # Errors
    /// The server or Redis does not answer.
    pub async fn connect(peer: Peer, port: u16, redis: u16, headers: &str) -> anyhow::Result<Self> {
        let url = format!("redis://127.0.0.1:{redis}/?protocol=resp3");
        let hosts = || RedisHosts::new(&[url.as_str()], false);
        let config = LayerConfig::default();
        Ok(match peer.publish_method() {
            PublishMethod::Socket { wrap } => {
                let stream = open(peer, port, headers).await?;
                let (mut reader, writer) = stream.into_split();
                let reader = tokio::spawn(async move {
                    let mut buffer = vec![0; 64 << 10];
                    while reader.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
                });
                Self::Socket { writer, wrap, reader }
            }
            PublishMethod::Pubsub => Self::Layer(Arc::new(RedisPubSubLayer::connect(hosts()?, &Wire::default(), config))),
            PublishMethod::Core => Self::Layer(Arc::new(RedisCoreLayer::connect(hosts()?, &Wire::default(), config))),
            PublishMethod::Redis => Self::Redis(redis::Client::open(url.as_str())?.get_multiplexed_async_connection().await?),
            PublishMethod::Http => Self::Http { stream: http(port).await?, port },
        })
    }

    /// Readers beside the subscribers: a client that publishes is in the room too.
    pub fn readers(&self) -> u64 {
        u64::from(matches!(self, Self::Socket { .. }))
    }

    /// Publishes `text` in a room. Returns once the server or Redis has taken it.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn publish(&mut self, room: usize, text: &str) -> anyhow::Result<()> {
        match self {
            Self::Socket { writer, wrap: (before, after), .. } => {
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

/// Opens a socket in room 0. Its reader drops all frames, pings too: a run is shorter than the heartbeat's timeout.
async fn open(peer: Peer, port: u16, headers: &str) -> anyhow::Result<TcpStream> {
    let mut stream = http(port).await?;
    stream.write_all(&socket_request(port, headers, &peer.path(0))).await?;
    let head = until(&mut stream, b"\r\n\r\n").await?;
    if !head.starts_with(b"HTTP/1.1 101") {
        bail!("the publisher's handshake failed; the server answered: {}", String::from_utf8_lossy(&head));
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
            bail!("the server closed the publisher's connection");
        }
    }
    Ok(bytes)
}

/// Reads an answer and checks its status. nchan's answers are shorter than a segment.
async fn answered(stream: &mut TcpStream) -> anyhow::Result<()> {
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await?;
    let status = answer.get(9..12).context("an answer has a status")?;
    if length == 0 || !status.starts_with(b"2") {
        bail!("publishing failed; the server answered: {}", String::from_utf8_lossy(&answer[..length]));
    }
    Ok(())
}

impl Plan {
    /// The plan for `count` sockets of `peer`, spread over `rooms`.
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
