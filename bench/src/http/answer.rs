//! Finds the end of an answer, with as much of HTTP/1.1 as a client of known servers needs.

use anyhow::{Context as _, bail};

const MAX_HEADERS: usize = 64;

/// The head of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// Bytes of the head.
    pub(super) len: usize,
    pub(super) body: Body,
    /// Whether the server keeps the connection.
    pub(super) keep: bool,
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Bytes(usize),
    Chunks,
    UntilClosed,
}

impl Head {
    /// Reads a head. `None` if it is not complete yet.
    ///
    /// # Errors
    /// The bytes are no head of an HTTP/1.1 answer.
    pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut answer = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(len) = answer.parse(bytes).context("the answer is not HTTP/1.1")? else {
            return Ok(None);
        };
        let status = answer.code.context("an answer has a status")?;
        let mut head = Self { status, len, body: Body::UntilClosed, keep: answer.version == Some(1) };
        for header in &*answer.headers {
            head.read_header(header)?;
        }
        if matches!(status, 100..=199 | 204 | 304) {
            head.body = Body::Bytes(0);
        }
        head.keep &= head.body != Body::UntilClosed;
        Ok(Some(head))
    }

    fn read_header(&mut self, header: &httparse::Header<'_>) -> anyhow::Result<()> {
        let value = header.value.trim_ascii();
        if header.name.eq_ignore_ascii_case("content-length") && self.body != Body::Chunks {
            let length = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
            self.body = Body::Bytes(length.context("the answer's Content-Length is not a number")?);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case(b"chunked") {
            self.body = Body::Chunks;
        } else if header.name.eq_ignore_ascii_case("connection") {
            self.keep = !value.eq_ignore_ascii_case(b"close");
        }
        Ok(())
    }
}

impl Body {
    /// Returns how many of `bytes`, which begin after the head, are the body. `None` if it is not complete yet.
    ///
    /// # Errors
    /// The chunks are malformed.
    pub(super) fn end(self, bytes: &[u8], closed: bool) -> anyhow::Result<Option<usize>> {
        match self {
            Self::Bytes(length) if bytes.len() >= length => Ok(Some(length)),
            Self::UntilClosed if closed => Ok(Some(bytes.len())),
            Self::Chunks => chunks_end(bytes),
            Self::Bytes(_) | Self::UntilClosed => Ok(None),
        }
    }
}

fn chunks_end(bytes: &[u8]) -> anyhow::Result<Option<usize>> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Ok(size) = httparse::parse_chunk_size(rest) else { bail!("the answer's chunks are malformed") };
        let httparse::Status::Complete((head, size)) = size else { return Ok(None) };
        // None of the servers sends trailers: an empty line follows the last chunk, as it follows the others.
        at += head + usize::try_from(size)? + b"\r\n".len();
        if size == 0 {
            return Ok((at <= bytes.len()).then_some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the answer's length. Checks that no prefix of it counts as complete.
    fn length(answer: &str) -> usize {
        let bytes = answer.as_bytes();
        for cut in 0..bytes.len() {
            if let Some(head) = Head::read(&bytes[..cut]).unwrap() {
                assert_eq!(head.body.end(&bytes[head.len..cut], false).unwrap(), None, "{cut}");
            }
        }
        let head = Head::read(bytes).unwrap().unwrap();
        head.len + head.body.end(&bytes[head.len..], false).unwrap().unwrap()
    }

    #[test]
    fn ends_an_answer_where_its_head_says() {
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n1\r\n1\r\n0\r\n\r\n",
        ] {
            assert_eq!(length(answer), answer.len());
        }
    }

    #[test]
    fn ends_an_unbounded_answer_with_the_connection() {
        let head = Head::read(b"HTTP/1.0 200 OK\r\n\r\nab").unwrap().unwrap();
        assert_eq!((head.body, head.keep), (Body::UntilClosed, false));
        assert_eq!((head.body.end(b"ab", false).unwrap(), head.body.end(b"ab", true).unwrap()), (None, Some(2)));
    }

    #[test]
    fn keeps_the_connection_unless_the_server_closes_it() {
        let keep = |lines: &str| Head::read(format!("HTTP/1.1 204 No Content\r\n{lines}\r\n").as_bytes()).unwrap().unwrap().keep;
        assert!(keep(""));
        assert!(!keep("Connection: close\r\n"));
    }

    #[test]
    fn refuses_malformed_answers() {
        assert!(Head::read(b"SSH-2.0\r\n\r\n").is_err());
        assert!(Head::read(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n").is_err());
        assert!(Body::Chunks.end(b"x\r\n", false).is_err());
    }
}
