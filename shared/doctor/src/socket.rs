//! A WebSocket as a client holds it. Frames can be sent that no library sends: broken text, and heads of frames that are never finished.

use actix_http::ws::{OpCode, Parser, hash_key};
use bytes::{BufMut as _, BytesMut};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    Place,
    dial::{Dialer, Stream},
    fault::Fault,
    http::{Answer, Request, read_head},
    visit::LOBBY,
};

/// Bytes of one frame of the server that are read. A table's state has fewer.
const FRAME_BYTES: usize = 4 << 20;
/// The key is public and need not be random: it shows that the answer is of a WebSocket server.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// The outcome of a handshake.
pub(crate) enum Handshake {
    /// 101.
    Open(Box<Socket>),
    /// Any other status.
    Refused(Answer),
}

/// An open socket.
pub(crate) struct Socket {
    stream: Box<dyn Stream>,
    buffer: BytesMut,
}

/// The next thing that the other side does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A text; other frames with data count as one.
    Text(String),
    /// A ping, which has been answered.
    Ping,
    /// A close frame.
    Close(Closed),
    /// The connection ends without a close frame, which browsers call 1006.
    Cut,
}

/// The code and reason of a close frame. 1005 without a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) code: u16,
    pub(crate) reason: String,
}

/// The proof of the session that a handshake carries.
#[derive(Debug, Clone)]
pub(crate) enum Credential {
    None,
    /// `NAME=VALUE`, for the host that the browser sends it to.
    Cookie(String),
    /// A subprotocol.
    Token(String),
}

impl Credential {
    fn header(self) -> Option<(&'static str, String)> {
        match self {
            Self::None => None,
            Self::Cookie(cookie) => Some(("Cookie", cookie)),
            Self::Token(token) => Some(("Sec-WebSocket-Protocol", format!("catamaran.v1, {token}"))),
        }
    }
}

/// Asks for a socket to the lobby, from a page of `origin`.
pub(crate) async fn open(dialer: &Dialer, place: &Place, origin: &str, credential: Credential) -> Result<Handshake, Fault> {
    let request = Request::get(LOBBY)
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", KEY);
    let request = request.header("Origin", origin);
    let request = credential.header().into_iter().fold(request, |request, (name, value)| request.header(name, value));
    let mut stream = dialer.connect(place).await?;
    let mut buffer = BytesMut::new();
    let answer = dialer.within(shake(&mut *stream, &request.head(place), &mut buffer)).await?;
    match answer.status {
        101 if answer.header("sec-websocket-accept").map(str::as_bytes) != Some(&hash_key(KEY.as_bytes())) => {
            Err(Fault::NotHttp("101 without the right Sec-WebSocket-Accept; a cache may have answered"))
        }
        101 => Ok(Handshake::Open(Box::new(Socket { stream, buffer }))),
        _ => Ok(Handshake::Refused(answer)),
    }
}

async fn shake(stream: &mut dyn Stream, head: &str, buffer: &mut BytesMut) -> Result<Answer, Fault> {
    stream.write_all(head.as_bytes()).await?;
    let mut answer = read_head(stream, buffer).await?;
    if answer.status == 101 {
        return Ok(answer);
    }
    // A refusal of ours is small and has a length.
    let length = answer.header("content-length").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0).min(16 << 10);
    while buffer.len() < length && matches!(stream.read_buf(buffer).await, Ok(1..)) {}
    answer.body = String::from_utf8_lossy(buffer).into_owned();
    Ok(answer)
}

impl Socket {
    /// Waits for the next event.
    pub(crate) async fn next(&mut self) -> Event {
        loop {
            match Parser::parse(&mut self.buffer, false, FRAME_BYTES) {
                Ok(Some((_, op, payload))) => return self.event(op, &payload.unwrap_or_default()).await,
                Ok(None) if self.buffer.len() <= FRAME_BYTES => {}
                _ => return Event::Cut,
            }
            if !matches!(self.stream.read_buf(&mut self.buffer).await, Ok(1..)) {
                return Event::Cut;
            }
        }
    }

    async fn event(&mut self, op: OpCode, payload: &[u8]) -> Event {
        match op {
            OpCode::Close => Event::Close(closed(payload)),
            OpCode::Ping => {
                // A connection that has failed is noticed at the next read.
                let _ = self.send(OpCode::Pong, payload).await;
                Event::Ping
            }
            _ => Event::Text(String::from_utf8_lossy(payload).into_owned()),
        }
    }

    /// Waits for a frame of one of these types, past pings and other frames.
    pub(crate) async fn wait_for(&mut self, kinds: &[&str]) -> Result<Value, Event> {
        loop {
            match self.next().await {
                Event::Text(text) => match serde_json::from_str::<Value>(&text) {
                    Ok(frame) if kinds.iter().any(|kind| frame["type"] == *kind) => return Ok(frame),
                    _ => {}
                },
                Event::Ping => {}
                end => return Err(end),
            }
        }
    }

    /// Waits for the close frame or the cut, past all other frames. Sets `pinged` at a ping of the server.
    pub(crate) async fn end(&mut self, pinged: &mut bool) -> Event {
        loop {
            match self.next().await {
                Event::Text(_) => {}
                Event::Ping => *pinged = true,
                end => return end,
            }
        }
    }

    /// Sends one whole frame.
    pub(crate) async fn send(&mut self, op: OpCode, payload: &[u8]) -> Result<(), Fault> {
        let mut frame = BytesMut::new();
        Parser::write_message(&mut frame, payload, op, true, true);
        self.write(&frame).await
    }

    /// Sends the head of a text frame of `length` bytes, and nothing of its content.
    pub(crate) async fn announce(&mut self, length: u64) -> Result<(), Fault> {
        let mut head = BytesMut::new();
        head.put_slice(&[0x81, 0xff]);
        head.put_u64(length);
        head.put_slice(&[0; 4]);
        self.write(&head).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
    }
}

fn closed(payload: &[u8]) -> Closed {
    match payload {
        [high, low, reason @ ..] => {
            Closed { code: u16::from_be_bytes([*high, *low]), reason: String::from_utf8_lossy(reason).into_owned() }
        }
        _ => Closed { code: 1005, reason: String::new() },
    }
}
