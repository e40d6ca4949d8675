//! Requests at a fixed rate.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use anyhow::ensure;
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::{HttpFigures, HttpLoad, connection::Connection, metronome, tally::Tally};

pub(super) async fn run(
    load: &HttpLoad,
    per_second: f64,
    connections: usize,
    warmup: Duration,
    time: Duration,
) -> anyhow::Result<HttpFigures> {
    ensure!(connections > 0, "a load has at least one connection");
    let mut line = Line { requests: load.requests(), idle: Vec::new(), waiting: VecDeque::new(), asked: 0 };
    line.idle.extend((0..connections).map(|_| Connection::to(load.addr)));
    if !warmup.is_zero() {
        line.serve(per_second, warmup).await?;
    }
    line.serve(per_second, time).await?.end()
}

/// Requests that are due, in their order, before connections.
struct Line {
    requests: Vec<Vec<u8>>,
    idle: Vec<Connection>,
    waiting: VecDeque<Instant>,
    asked: usize,
}

impl Line {
    /// What was due within `time`, to its end.
    async fn serve(&mut self, per_second: f64, time: Duration) -> anyhow::Result<Tally> {
        let mut tally = Tally::begin()?;
        let mut beats = metronome::beats(per_second, time)?;
        let mut under_way = FuturesUnordered::new();
        let mut over = false;
        while !over || !under_way.is_empty() {
            tokio::select! {
                due = beats.recv(), if !over => match due {
                    Some(due) => self.waiting.push_back(due),
                    None => over = true,
                },
                Some((connection, due, outcome)) = under_way.next() => {
                    tally.note(due, outcome);
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
