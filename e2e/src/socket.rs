//! A WebSocket, as a page uses it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::{Door, Stream};

/// Longer than any frame takes, including an outage.
const DEADLINE: Duration = Duration::from_secs(45);

/// An open socket. It answers pings while it is read. It asks for our subprotocol and, as browsers do, does not open where
/// the server does not take it up.
pub struct Socket {
    stream: WebSocketStream<Box<dyn Stream>>,
    subprotocol: Option<String>,
}

impl Socket {
    pub(crate) async fn connect(door: &Door, path: &str, cookie: &str) -> Result<Self, Error> {
        Self::offer(door, path, "catamaran.v1", &[("origin", &door.origin()), ("cookie", cookie)]).await
    }

    /// Opens a socket without a cookie, as a page does whose sockets' host gets none: it offers a socket token.
    ///
    /// # Errors
    /// The connection or the handshake is refused.
    pub async fn by_token(door: &Door, path: &str, token: &str) -> Result<Self, Error> {
        Self::offer(door, path, &format!("catamaran.v1, {token}"), &[("origin", &door.origin())]).await
    }

    async fn offer(door: &Door, path: &str, subprotocols: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{}{path}", door.socket_host()).into_client_request()?;
        for (name, value) in headers.iter().chain(&[("sec-websocket-protocol", subprotocols)]) {
            request.headers_mut().insert(*name, HeaderValue::from_str(value)?);
        }
        let (stream, answer) = client_async(request, door.connect_socket().await?).await?;
        let subprotocol = answer.headers().get("sec-websocket-protocol");
        let subprotocol = subprotocol.and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Self { stream, subprotocol })
    }

    /// The subprotocol that the server chose.
    pub fn subprotocol(&self) -> Option<&str> {
        self.subprotocol.as_deref()
    }

    /// Sends a frame.
    ///
    /// # Panics
    /// If the socket is closed.
    pub async fn send(&mut self, frame: Value) {
        self.stream.send(Message::text(frame.to_string())).await.expect("an open socket");
    }

    /// Returns the next frame of this `type` and skips others.
    ///
    /// # Panics
    /// If the socket closes, or no such frame arrives in time.
    pub async fn frame(&mut self, kind: &str) -> Value {
        self.frame_where(kind, |_| true).await
    }

    /// Returns the next frame of this `type` for which `wanted` is true, and skips others.
    ///
    /// # Panics
    /// As [`Socket::frame`].
    pub async fn frame_where(&mut self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut passed = Vec::new();
        let found = timeout(DEADLINE, async {
            loop {
                match self.receive().await {
                    Ok(frame) if frame["type"] == kind && wanted(&frame) => return frame,
                    Ok(other) => passed.push(other),
                    Err(code) => panic!("waiting for {kind}, the socket closed with {code:?} after {passed:?}"),
                }
            }
        })
        .await;
        found.unwrap_or_else(|_| panic!("no {kind} in {DEADLINE:?}, only {passed:?}"))
    }

    /// The next message of the room, by its body.
    ///
    /// # Panics
    /// As [`Socket::frame`].
    pub async fn message(&mut self, body: &str) -> Value {
        self.frame_where("room.message", |frame| frame["message"]["body"] == body).await
    }

    /// Reads to the end and returns the close code; `None` if the connection broke.
    ///
    /// # Panics
    /// If the socket is still open after the deadline.
    pub async fn closed(&mut self) -> Option<u16> {
        let end = timeout(DEADLINE, async {
            loop {
                if let Err(code) = self.receive().await {
                    return code;
                }
            }
        });
        end.await.expect("the server closes the socket")
    }

    /// Closes the socket and waits for the answer.
    pub async fn leave(mut self) {
        let _closed = self.stream.close(None).await;
        let _code = self.closed().await;
    }

    /// As [`Socket::send`], for a connection that may be lost.
    ///
    /// # Errors
    /// The connection is lost.
    pub async fn try_send(&mut self, frame: &Value) -> Result<(), Error> {
        self.stream.send(Message::text(frame.to_string())).await
    }

    /// The next JSON frame.
    ///
    /// # Errors
    /// The close code, or `None` without one.
    ///
    /// # Panics
    /// If a frame is not JSON.
    pub async fn receive(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("every frame is JSON"));
                }
                Some(Ok(Message::Close(close))) => return Err(close.map(|close| close.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }
}
