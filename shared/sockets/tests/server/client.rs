//! Clients: one of a WebSocket library, and one that writes raw bytes.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, handshake::client::Response, http::HeaderName},
};

use crate::server::{PATIENCE, Server};

/// A browser's end of a socket.
pub(crate) struct Client {
    pub(crate) stream: WebSocketStream<TcpStream>,
    pub(crate) response: Response,
}

impl Client {
    /// Connects, and reads the probe's first frame.
    pub(crate) async fn meet(server: &Server, name: &str) -> Self {
        let mut client = Self::try_connect(server, name, &[]).await.unwrap();
        assert_eq!(client.json().await["hello"], name);
        client
    }

    /// Connects to a path of any consumer's.
    pub(crate) async fn at(server: &Server, path: &str) -> Self {
        let tcp = TcpStream::connect(server.addr).await.unwrap();
        let (stream, response) = client_async(format!("ws://{}{path}", server.addr), tcp).await.unwrap();
        Self { stream, response }
    }

    pub(crate) async fn try_connect(server: &Server, name: &str, headers: &[(&str, &str)]) -> Result<Self, Error> {
        Self::with_headers(server, &format!("/ws/probe/{name}/"), headers).await
    }

    /// Connects to a path of any consumer's, with headers.
    pub(crate) async fn with_headers(server: &Server, path: &str, headers: &[(&str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{}{path}", server.addr).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let tcp = TcpStream::connect(server.addr).await.unwrap();
        let (stream, response) = timeout(PATIENCE, client_async(request, tcp)).await.expect("the handshake ends")?;
        Ok(Self { stream, response })
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn next(&mut self) -> Message {
        timeout(PATIENCE, self.stream.next()).await.expect("something arrives").expect("the socket is open").unwrap()
    }

    pub(crate) async fn json(&mut self) -> Value {
        loop {
            match self.next().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("JSON was expected, not {other:?}"),
            }
        }
    }

    /// Skips all frames before the close frame, and returns its code and reason.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.next().await {
                let frame = frame.expect("a close frame with a code");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

/// A client that writes raw bytes after its handshake.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn connect(addr: SocketAddr, name: &str) -> Self {
        Self::open(addr, &format!("/ws/probe/{name}/")).await
    }

    pub(crate) async fn open(addr: SocketAddr, path: &str) -> Self {
        let mut tcp = TcpStream::connect(addr).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        tcp.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(tcp.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
        Self(tcp)
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// A whole frame, masked with zeros.
    pub(crate) async fn frame(&mut self, first: u8, payload: &[u8]) {
        self.write(&whole(first, payload)).await;
    }

    /// The header of a frame with a payload of that length, masked with zeros.
    pub(crate) async fn header(&mut self, first: u8, length: u64) {
        self.write(&header(first, length)).await;
    }

    /// Reads until the connection ends. Returns the code and reason of the close frame.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        self.frames_until_close().await.1
    }

    /// Opcode byte and payload of all frames, then code and reason of the close frame. Then the server ends the connection.
    pub(crate) async fn frames_until_close(&mut self) -> (Vec<(u8, Vec<u8>)>, (u16, String)) {
        let mut frames = self.all_frames().await;
        let Some((0x88, payload)) = frames.pop() else { panic!("no close frame after {frames:?}") };
        let (code, reason) = payload.split_first_chunk().expect("a close frame with a code");
        (frames, (u16::from_be_bytes(*code), String::from_utf8(reason.to_vec()).unwrap()))
    }

    /// The payload of the last frame before the connection ends.
    pub(crate) async fn last_payload(&mut self) -> Vec<u8> {
        self.all_frames().await.pop().expect("a frame").1
    }

    async fn all_frames(&mut self) -> Vec<(u8, Vec<u8>)> {
        let mut bytes = Vec::new();
        // A reset after the server's last frame counts as an end.
        let _reset = timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await.expect("the server ends the connection");
        let (mut frames, mut rest) = (Vec::new(), &bytes[..]);
        while let Some((frame, size)) = parsed(rest) {
            frames.push(frame);
            rest = &rest[size..];
        }
        assert!(rest.is_empty(), "half a frame: {rest:x?}");
        frames
    }
}

/// A whole frame as a client sends it, masked with zeros.
pub(crate) fn whole(first: u8, payload: &[u8]) -> Vec<u8> {
    [header(first, payload.len() as u64), payload.to_vec()].concat()
}

/// A header with its length in as few bytes as possible and a mask of zeros.
pub(crate) fn header(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first];
    match length {
        0..=125 => bytes.push(0x80 | length as u8),
        126..=65535 => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes
}

/// The first frame of the server's bytes, and its size; `None` if it is not whole.
pub(crate) fn parsed(bytes: &[u8]) -> Option<((u8, Vec<u8>), usize)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    assert_eq!(second & 0x80, 0, "a server does not mask");
    let (start, length) = match second {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().unwrap()))),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().unwrap()) as usize),
        short => (2, usize::from(short)),
    };
    let payload = bytes.get(start..start + length)?;
    Some(((first, payload.to_vec()), start + length))
}

/// A plain request; the whole answer.
pub(crate) async fn http(addr: SocketAddr, head: &str) -> String {
    let mut tcp = TcpStream::connect(addr).await.unwrap();
    tcp.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, tcp.read_to_string(&mut answer)).await.expect("an answer").unwrap();
    answer
}
