//! Sends as many requests a second as the server can answer.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::{HttpFigures, HttpLoad, connection::Connection, tally::Tally};

pub(super) async fn run(load: &HttpLoad, connections: usize, warmup: Duration, time: Duration) -> anyhow::Result<HttpFigures> {
    let cycle = RequestCycle { requests: load.requests(), next: Cell::new(0) };
    let mut connections: Vec<_> = (0..connections).map(|_| Connection::to(load.addr)).collect();
    if !warmup.is_zero() {
        cycle.ask(&mut connections, warmup).await?;
    }
    cycle.ask(&mut connections, time).await?.end()
}

struct RequestCycle {
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
}

impl RequestCycle {
    async fn ask(&self, connections: &mut [Connection], time: Duration) -> anyhow::Result<Tally> {
        let tally = RefCell::new(Tally::begin()?);
        let end = Instant::now() + time;
        join_all(connections.iter_mut().map(|connection| self.ask_on(connection, end, &tally))).await;
        Ok(tally.into_inner())
    }

    async fn ask_on(&self, connection: &mut Connection, end: Instant, tally: &RefCell<Tally>) {
        loop {
            let begun = Instant::now();
            if begun >= end {
                return;
            }
            let request = self.next.get();
            self.next.set((request + 1) % self.requests.len());
            let outcome = connection.ask(&self.requests[request]).await;
            let failed = outcome.is_err();
            tally.borrow_mut().record(begun, outcome);
            if failed {
                // If each attempt fails at once, other tasks get a turn too.
                tokio::task::yield_now().await;
            }
        }
    }
}
