//! One request, and its answer as it was sent: no redirect is followed, and no header is changed.

use std::time::SystemTime;

use bytes::BytesMut;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    Place,
    dial::{Dialer, Stream},
    fault::Fault,
};

/// The bytes of a head, and of a body, that are read.
const HEAD_BYTES: usize = 64 << 10;
const BODY_BYTES: usize = 256 << 10;
const AGENT: &str = concat!("catamaran-doctor/", env!("CARGO_PKG_VERSION"));

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), headers: Vec::new(), body: String::new() }
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self { method: "POST", ..Self::get(path) }
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self { method: "DELETE", ..Self::get(path) }
    }

    /// The same with a body.
    #[must_use]
    pub(crate) fn body(self, media_type: &str, body: impl Into<String>) -> Self {
        let body = body.into();
        let sized = self.header("Content-Type", media_type).header("Content-Length", body.len().to_string());
        Self { body, ..sized }
    }

    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The bytes of the request, with its body. It closes the connection, unless it has a `Connection` header of its own.
    pub(crate) fn head(&self, place: &Place) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {}\r\n", self.method, self.path, place.authority());
        if !self.headers.iter().any(|(name, _)| *name == "Connection") {
            head += "Connection: close\r\n";
        }
        head += &format!("User-Agent: {AGENT}\r\n");
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head + "\r\n" + &self.body
    }

    /// Sends it over a connection of its own, and reads the answer.
    pub(crate) async fn send(&self, dialer: &Dialer, place: &Place) -> Result<Answer, Fault> {
        let mut stream = dialer.connect(place).await?;
        let sent = SystemTime::now();
        let answer = dialer.within(exchange(&mut *stream, &self.head(place))).await?;
        Ok(Answer { sent, ..answer })
    }
}

/// An answer. Its text comes from outside: print it through [`catamaran_edge::quoted`].
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// The first bytes of the body.
    pub(crate) body: String,
    /// The time of this machine when the request was sent.
    pub(crate) sent: SystemTime,
    /// The time of this machine when the head had come.
    pub(crate) at: SystemTime,
}

impl Answer {
    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All headers of that name.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body, if it is a JSON object.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok().filter(Value::is_object)
    }

    /// The `code` of problem details; empty without one.
    pub(crate) fn code(&self) -> String {
        self.field("code")
    }

    /// A text of the JSON body; empty without one.
    pub(crate) fn field(&self, name: &str) -> String {
        self.json().and_then(|body| Some(body.get(name)?.as_str()?.to_owned())).unwrap_or_default()
    }
}

async fn exchange(stream: &mut dyn Stream, head: &str) -> Result<Answer, Fault> {
    stream.write_all(head.as_bytes()).await?;
    let mut buffer = BytesMut::new();
    let mut answer = read_head(stream, &mut buffer).await?;
    answer.body = read_body(stream, buffer, &answer).await;
    Ok(answer)
}

/// Reads the head of an answer. `buffer` then holds what follows. Interim answers are skipped, but for 101.
pub(crate) async fn read_head(stream: &mut dyn Stream, buffer: &mut BytesMut) -> Result<Answer, Fault> {
    loop {
        match parse_head(buffer)? {
            Some((answer, length)) => {
                let _ = buffer.split_to(length);
                if answer.status >= 200 || answer.status == 101 {
                    return Ok(answer);
                }
            }
            None if buffer.len() > HEAD_BYTES => return Err(Fault::NotHttp("its head has no end")),
            None if stream.read_buf(buffer).await? == 0 => return Err(Fault::Cut),
            None => {}
        }
    }
}

fn parse_head(bytes: &[u8]) -> Result<Option<(Answer, usize)>, Fault> {
    let mut slots = [httparse::EMPTY_HEADER; 128];
    let mut head = httparse::Response::new(&mut slots);
    let parsed = head.parse(bytes).map_err(|_| Fault::NotHttp("its head cannot be read; is http right, or https?"))?;
    let httparse::Status::Complete(length) = parsed else { return Ok(None) };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = head.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
    let status = head.code.unwrap_or_default();
    let now = SystemTime::now();
    Ok(Some((Answer { status, headers, body: String::new(), sent: now, at: now }, length)))
}

/// Reads the body, or as much of it as is kept. A body that is cut off counts as far as it came.
async fn read_body(stream: &mut dyn Stream, mut buffer: BytesMut, answer: &Answer) -> String {
    let chunked = answer.header("transfer-encoding").is_some();
    let length = answer.header("content-length").and_then(|length| length.parse::<usize>().ok());
    let is_whole = |bytes: &[u8]| match length {
        _ if chunked => dechunk(bytes).1,
        Some(length) => bytes.len() >= length,
        None => false,
    };
    while buffer.len() < BODY_BYTES && !is_whole(&buffer) {
        if !matches!(stream.read_buf(&mut buffer).await, Ok(1..)) {
            break;
        }
    }
    let body = if chunked { dechunk(&buffer).0 } else { buffer.to_vec() };
    String::from_utf8_lossy(&body).into_owned()
}

/// The content of chunks, and whether the last one is among them.
fn dechunk(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Ok(httparse::Status::Complete((start, length))) = httparse::parse_chunk_size(bytes) {
        if length == 0 {
            return (body, true);
        }
        let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
        let Some((end, chunk)) = end.and_then(|end| Some((end, bytes.get(start..end)?))) else { break };
        body.extend_from_slice(chunk);
        bytes = bytes.get(end + 2..).unwrap_or_default();
    }
    (body, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_chunks_and_notices_the_last_one() {
        let text = |bytes: &[u8]| {
            let (body, whole) = dechunk(bytes);
            (String::from_utf8(body).unwrap(), whole)
        };
        assert_eq!(text(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), ("abcde".to_owned(), true));
        assert_eq!(text(b"3\r\nabc\r\n2\r\nd"), ("abc".to_owned(), false));
        assert_eq!(text(b"ffffffffffffffff\r\nabc"), (String::new(), false));
        assert_eq!(text(b"x"), (String::new(), false));
    }

    #[test]
    fn refuses_a_head_that_is_no_http() {
        for bytes in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], b"\x15\x03\x01\x00\x02\x02\x28", b"HTTP/1.1 abc\r\n\r\n"] {
            assert!(parse_head(bytes).is_err());
        }
        assert!(parse_head(b"HTTP/1.1 200 OK\r\nA: b\r\n").unwrap().is_none());
    }
}
