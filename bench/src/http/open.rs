//! Requests at a fixed rate.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use anyhow::ensure;
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::{HttpFigures, HttpLoad, connection::Connection, tally::Tally, ticker};

pub(super) async fn run(
    load: &HttpLoad,
    per_second: f64,
    connections: usize,
    warmup: Duration,
    time: Duration,
) -> anyhow::Result<HttpFigures> {
    ensure!(connections > 0, "a load has at least one connection");
    let mut queue = RequestQueue { requests: load.requests(), idle: Vec::new(), waiting: VecDeque::new(), asked: 0 };
    queue.idle.extend((0..connections).map(|_| Connection::to(load.addr)));
    if !warmup.is_zero() {
        queue.serve(per_second, warmup).await?;
    }
    queue.serve(per_second, time).await?.end()
}

/// Due requests, in order, which wait for a free connection.
struct RequestQueue {
    requests: Vec<Vec<u8>>,
    idle: Vec<Connection>,
    waiting: VecDeque<Instant>,
    asked: usize,
}

impl RequestQueue {
    /// Sends the requests that are due within `time`, and waits for all answers.
    async fn serve(&mut self, per_second: f64, time: Duration) -> anyhow::Result<Tally> {
        let mut tally = Tally::begin()?;
        let mut ticks = ticker::ticks(per_second, time)?;
        let mut under_way = FuturesUnordered::new();
        let mut over = false;
        while !over || !under_way.is_empty() {
            tokio::select! {
                due = ticks.recv(), if !over => match due {
                    Some(due) => self.waiting.push_back(due),
                    None => over = true,
                },
                Some((connection, due, outcome)) = under_way.next() => {
                    tally.record(due, outcome);
                    self.idle.push(connection);
                }
            }
            while !self.waiting.is_empty()
                && let Some(mut connection) = self.idle.pop()
                && let Some(due) = self.waiting.pop_front()
            {
                let request = self.requests[self.asked % self.requests.len()].as_slice();
                self.asked += 1;
                under_way.push(async move {
                    let outcome = connection.ask(request).await;
                    (connection, due, outcome)
                });
            }
        }
        Ok(tally)
    }
}
