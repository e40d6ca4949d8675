//! One kept connection.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::answer::Head;

/// A request that takes longer counts as failed.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection. It is opened for the first request, and again after the server has closed it.
pub(super) struct Connection {
    addr: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) fn to(addr: SocketAddr) -> Self {
        Self { addr, stream: None, buffer: Vec::with_capacity(16 << 10) }
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// There was no answer within 10 s, or it was no success.
    pub(super) async fn ask(&mut self, request: &[u8]) -> anyhow::Result<()> {
        let answered = timeout(REQUEST_TIMEOUT, self.exchange(request)).await;
        let answered = answered.unwrap_or_else(|_| bail!("no answer within {REQUEST_TIMEOUT:?}"));
        if answered.is_err() {
            self.stream = None;
        }
        match answered? {
            200..=299 => Ok(()),
            status => bail!("the answer was {status}: {}", String::from_utf8_lossy(&self.buffer)),
        }
    }

    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        // A server may close a kept connection while the next request is on its way: send that request once more.
        if let Some(stream) = self.stream.take()
            && let Some(status) = self.on(stream, request).await?
        {
            return Ok(status);
        }
        let stream = TcpStream::connect(self.addr).await.with_context(|| format!("no server listens at {}", self.addr))?;
        stream.set_nodelay(true)?;
        self.on(stream, request).await?.context("the server closed the connection without an answer")
    }

    /// Returns `None` if the connection ended before the answer began.
    async fn on(&mut self, mut stream: TcpStream, request: &[u8]) -> anyhow::Result<Option<u16>> {
        self.buffer.clear();
        if stream.write_all(request).await.is_err() {
            return Ok(None);
        }
        let mut head = None;
        loop {
            let closed = matches!(stream.read_buf(&mut self.buffer).await, Ok(0) | Err(_));
            if self.buffer.is_empty() {
                return Ok(None);
            }
            if head.is_none() {
                head = Head::read(&self.buffer)?;
            }
            if let Some(head) = &head
                && head.body.end(&self.buffer[head.len..], closed)?.is_some()
            {
                self.stream = (head.keep && !closed).then_some(stream);
                return Ok(Some(head.status));
            }
            if closed {
                bail!("the server closed the connection within an answer");
            }
        }
    }
}
