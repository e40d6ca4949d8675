//! Clients: a well-behaved one, and one that writes bytes as it likes.

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
    /// Connects, and reads the probe's first word.
    pub(crate) async fn meet(server: &Server, name: &str) -> Self {
        let mut client = Self::try_connect(server, name, &[]).await.unwrap();
        assert_eq!(client.json().await["hello"], name);
        client
    }

    pub(crate) async fn try_connect(server: &Server, name: &str, headers: &[(&str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{}/ws/probe/{name}/", server.addr).into_client_request().unwrap();
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

    /// The server's code and reason, past whatever still arrives before.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.next().await {
                let frame = frame.expect("a close frame with a code");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

/// A client that has shaken hands and then writes bytes as it likes.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn connect(addr: SocketAddr, name: &str) -> Self {
        let mut tcp = TcpStream::connect(addr).await.unwrap();
        let request = format!(
            "GET /ws/probe/{name}/ HTTP/1.1\r\nHost: {addr}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
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
        let mut bytes = vec![first];
        match payload.len() {
            n @ 0..=125 => bytes.push(0x80 | n as u8),
            n @ 126..=65535 => {
                bytes.push(0x80 | 126);
                bytes.extend((n as u16).to_be_bytes());
            }
            n => {
                bytes.push(0x80 | 127);
                bytes.extend((n as u64).to_be_bytes());
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(payload);
        self.write(&bytes).await;
    }

    /// Everything until the connection ends; the code and reason of the close frame at its end.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        let mut bytes = Vec::new();
        timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await.expect("the server ends the connection").unwrap();
        let mut rest = &bytes[..];
        while rest.len() >= 2 {
            let (first, length) = (rest[0], usize::from(rest[1]));
            let (start, length) = match length {
                126 => (4, usize::from(u16::from_be_bytes([rest[2], rest[3]]))),
                127 => panic!("no frame of this test is so long"),
                short => (2, short),
            };
            let payload = &rest[start..start + length];
            if first == 0x88 {
                return (u16::from_be_bytes([payload[0], payload[1]]), String::from_utf8(payload[2..].to_vec()).unwrap());
            }
            rest = &rest[start + length..];
        }
        panic!("no close frame in {} bytes", bytes.len());
    }
}

/// A plain request; the whole answer.
pub(crate) async fn http(addr: SocketAddr, head: &str) -> String {
    let mut tcp = TcpStream::connect(addr).await.unwrap();
    tcp.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, tcp.read_to_string(&mut answer)).await.expect("an answer").unwrap();
    answer
}
