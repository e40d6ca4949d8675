//! Load over plain HTTP: kept connections, one request under way on each.

mod answer;
mod closed;
mod connection;
mod fixture;
mod open;
pub mod row;
mod tally;
#[cfg(test)]
mod tests;
mod ticker;

use std::{fmt::Write as _, net::SocketAddr, time::Duration};

pub use self::{
    fixture::{Fixture, PAGE, ROW},
    tally::HttpFigures,
};

/// A request that is repeated.
#[derive(Clone, Debug)]
pub struct HttpLoad {
    /// The server's address.
    pub addr: SocketAddr,
    /// Path and query.
    pub path: String,
    /// The request's headers, beside `Host`.
    pub headers: Vec<(String, String)>,
    /// The number of clients that `X-Forwarded-For` names in turn, since a server may limit each. With 0 there is no such header.
    pub clients: u16,
}

impl HttpLoad {
    /// Each connection sends the next request as soon as it has an answer.
    ///
    /// # Errors
    /// No connection could be opened, no answer was a success, or the generator was the bottleneck.
    pub async fn closed(&self, connections: usize, warmup: Duration, time: Duration) -> anyhow::Result<HttpFigures> {
        closed::run(self, connections, warmup, time).await
    }

    /// Sends requests at a fixed rate. Latency counts from when a request was due, and includes its wait for a connection: a server that
    /// stalls gets no fewer requests.
    ///
    /// # Errors
    /// As [`closed`](Self::closed).
    pub async fn open(
        &self,
        per_second: f64,
        connections: usize,
        warmup: Duration,
        time: Duration,
    ) -> anyhow::Result<HttpFigures> {
        open::run(self, per_second, connections, warmup, time).await
    }

    /// The request's bytes, once for each client.
    fn requests(&self) -> Vec<Vec<u8>> {
        let clients = (0..self.clients).map(|number| format!("198.18.{}.{}", number >> 8, number & 0xff));
        let mut requests: Vec<_> = clients.map(|client| self.request(Some(&client))).collect();
        if requests.is_empty() {
            requests.push(self.request(None));
        }
        requests
    }

    fn request(&self, client: Option<&str>) -> Vec<u8> {
        let mut text = format!("GET {} HTTP/1.1\r\nHost: {}\r\n", self.path, self.addr);
        let client = client.map(|client| ("X-Forwarded-For", client));
        for (name, value) in self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(client) {
            let _never_fails = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        text.into_bytes()
    }
}
