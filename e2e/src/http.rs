//! One HTTP exchange over one connection, with every header as received.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::Stream;

/// A request to be sent.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    /// A request without a body.
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: String::new() }
    }

    /// A GET.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string();
        self.header("Content-Type", "application/json")
    }

    /// A WebSocket handshake, for tests of its refusal.
    pub fn upgrade(path: &str) -> Self {
        Self::get(path)
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    fn head(&self, host: &str) -> String {
        let upgrade = self.headers.iter().any(|(name, _)| name == "Upgrade");
        let connection = if upgrade { "Upgrade" } else { "close" };
        let mut head = format!("{} {} HTTP/1.1\r\nConnection: {connection}\r\n", self.method, self.path);
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            head += &format!("Host: {host}\r\n");
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() || self.method != "GET" {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        head + "\r\n"
    }
}

/// A complete answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body as text.
    pub body: String,
    headers: Vec<(String, String)>,
}

impl Response {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut same = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        same.next().map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If the body is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|fault| panic!("{fault} in the answer {self:?}"))
    }

    /// Returns this answer, which must have this status.
    ///
    /// # Panics
    /// If it has another status.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// Sends `request` and reads the answer to its declared length.
pub(crate) async fn exchange(mut stream: Box<dyn Stream>, host: &str, request: &Request) -> io::Result<Response> {
    stream.write_all(request.head(host).as_bytes()).await?;
    stream.write_all(request.body.as_bytes()).await?;
    let mut bytes = Vec::new();
    loop {
        if let Some(response) = parse(&bytes)? {
            return Ok(response);
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the answer is cut off"));
        }
    }
}

/// `None` if the answer is incomplete.
fn parse(bytes: &[u8]) -> io::Result<Option<Response>> {
    let mut slots = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut slots);
    let httparse::Status::Complete(length) = head.parse(bytes).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut response = Response {
        status: head.code.unwrap_or_default(),
        headers: head.headers.iter().map(|h| (h.name.to_owned(), text(h.value))).collect(),
        body: String::new(),
    };
    let Some(body) = whole_body(&response, &bytes[length..])? else { return Ok(None) };
    response.body = text(&body);
    Ok(Some(response))
}

fn whole_body(response: &Response, bytes: &[u8]) -> io::Result<Option<Vec<u8>>> {
    if response.header("transfer-encoding").is_some() {
        return dechunk(bytes);
    }
    let length = response.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    Ok(bytes.get(..length).map(<[u8]>::to_vec))
}

fn dechunk(mut bytes: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let invalid = |_| io::Error::new(io::ErrorKind::InvalidData, "a chunk without its length");
        let httparse::Status::Complete((start, length)) = httparse::parse_chunk_size(bytes).map_err(invalid)? else {
            return Ok(None);
        };
        let end = start + usize::try_from(length).map_err(io::Error::other)?;
        let Some(chunk) = bytes.get(start..end) else { return Ok(None) };
        if chunk.is_empty() {
            return Ok(Some(body));
        }
        body.extend_from_slice(chunk);
        bytes = bytes.get(end + 2..).unwrap_or_default();
    }
}
