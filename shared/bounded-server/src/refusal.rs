//! Adds problem details to the answers that actix-http gives by itself.
//!
//! A request whose head actix-http cannot read never reaches the application. actix-http answers it with a status and an empty body.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::http::StatusCode;
use tokio::io::AsyncWrite;

use crate::Bounds;

/// An answer of actix-http's own with a body, while it is written.
pub(crate) struct Refusal {
    bytes: Vec<u8>,
    written: usize,
}

impl Refusal {
    /// The bytes to write instead of `answer`, a whole answer of actix-http's own to a head of which `head_bytes` have arrived. `None`
    /// where it is no refusal of a request.
    pub(crate) fn instead_of(answer: &[u8], head_bytes: usize, bounds: &Bounds) -> Option<Self> {
        let head = std::str::from_utf8(answer).ok()?.strip_suffix("\r\n\r\n")?;
        let (status_line, headers) = head.split_once("\r\n")?;
        let status = status_line.strip_prefix("HTTP/1.1 ")?.get(..3)?;
        let status = StatusCode::from_bytes(status.as_bytes()).ok()?;
        let (code, detail) = detail(status, head_bytes, bounds)?;
        let body = catamaran_edge::problem(status.as_u16(), status.canonical_reason()?, code, &detail).to_string();
        let mut text = format!("{status_line}\r\n");
        for header in headers.split("\r\n").filter(|header| !header.to_ascii_lowercase().starts_with("content-length:")) {
            text += &format!("{header}\r\n");
        }
        text += &format!("content-length: {}\r\ncontent-type: {}\r\n", body.len(), catamaran_edge::PROBLEM_JSON);
        text += &format!("cache-control: no-store\r\nx-content-type-options: nosniff\r\n\r\n{body}");
        Some(Self { bytes: text.into_bytes(), written: 0 })
    }

    /// Writes the answer. Returns `len` when all of it is written, and whether the client takes nothing.
    pub(crate) fn poll_write(
        &mut self,
        mut io: Pin<&mut impl AsyncWrite>,
        cx: &mut Context<'_>,
        len: usize,
    ) -> (Poll<io::Result<usize>>, bool) {
        let before = self.written;
        let written = self.poll_write_all(io.as_mut(), cx);
        let is_stalled = written.is_pending() && self.written == before;
        (written.map_ok(|()| len), is_stalled)
    }

    fn poll_write_all(&mut self, mut io: Pin<&mut impl AsyncWrite>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.bytes.get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(io.as_mut().poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                bytes => self.written += bytes,
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// The bytes that actix-http reads of a head, and the header lines. Both are constants of actix-http.
const HEAD_BYTES: usize = 128 << 10;
const HEADER_LINES: usize = 96;

/// The code and the detail: the fault, what is expected and what to do.
fn detail(status: StatusCode, head_bytes: usize, bounds: &Bounds) -> Option<(&'static str, String)> {
    let detail = match status {
        StatusCode::BAD_REQUEST => {
            "this is no HTTP/1.1 request, or its headers contradict each other: send one Host, at most one Content-Length, and no \
             Transfer-Encoding but chunked without a Content-Length; for HTTPS, connect to the proxy in front of this server"
        }
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => return Some(("head_too_large", too_large(head_bytes))),
        StatusCode::REQUEST_TIMEOUT => {
            let seconds = bounds.head.as_secs_f32();
            let detail = format!("the request line and the headers did not arrive within {seconds} s: send them at once");
            return Some(("head_timeout", detail));
        }
        _ => return None,
    };
    Some(("bad_request", detail.to_owned()))
}

/// actix-http answers 431 for either of its bounds and does not say which. It parses each part of a head as it arrives, so that a head
/// with too many lines is refused before its bytes are too many.
fn too_large(head_bytes: usize) -> String {
    if head_bytes < HEAD_BYTES {
        return format!("the request has more than {HEADER_LINES} header lines: send fewer headers");
    }
    let kib = HEAD_BYTES >> 10;
    format!("the request line and the headers are larger than {kib} KiB: delete this site's cookies, or send fewer headers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_head_and_adds_a_body() {
        let answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\ndate: now\r\n\r\n";
        let refusal = Refusal::instead_of(answer, answer.len(), &Bounds::default()).unwrap();
        let text = String::from_utf8(refusal.bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ndate: now\r\n"), "{head}");
        assert!(head.contains(&format!("content-length: {}\r\ncontent-type: application/problem+json", body.len())), "{head}");
        assert!(body.contains(r#""code":"bad_request""#) && body.contains("one Host"), "{body}");
    }

    #[test]
    fn leaves_other_answers_alone() {
        for answer in
            ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n", "HTTP/1.1 500 Internal Server Error\r\n\r\n", ""]
        {
            assert!(Refusal::instead_of(answer.as_bytes(), answer.len(), &Bounds::default()).is_none(), "{answer}");
        }
    }
}
