//! Load over plain HTTP: kept connections, one request under way on each.

mod answer;
mod closed;
mod connection;
mod metronome;
mod open;
pub mod row;
mod seat;
mod tally;
#[cfg(test)]
mod tests;

use std::{fmt::Write as _, net::SocketAddr, time::Duration};

pub use self::{
    seat::{PAGE, ROW, Seat},
    tally::HttpFigures,
};

/// A request that is asked over and over.
#[derive(Clone, Debug)]
pub struct HttpLoad {
    /// Who is asked.
    pub addr: SocketAddr,
    /// For what: path and query.
    pub path: String,
    /// The request's headers, beside `Host`.
    pub headers: Vec<(String, String)>,
    /// As if through a proxy, on behalf of so many clients in turn (`X-Forwarded-For`): a server may have a limit for each of them. With
    /// 0 the header is left out.
    pub clients: u16,
}

impl HttpLoad {
    /// Each connection asks again as soon as it has its answer: as many requests a second as the server can take.
    ///
    /// # Errors
    /// Nobody could connect, no answer was a success, or the generator was the bottleneck.
    pub async fn closed(&self, connections: usize, warmup: Duration, time: Duration) -> anyhow::Result<HttpFigures> {
        closed::run(self, connections, warmup, time).await
    }

    /// A fixed rate, whatever comes of it. Latency counts from when a request was due: a server that stalls is not asked less, and what
    /// had to wait for a connection was late.
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
