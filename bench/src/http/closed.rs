//! As many requests a second as the server can take.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::{HttpFigures, HttpLoad, connection::Connection, tally::Tally};

pub(super) async fn run(load: &HttpLoad, connections: usize, warmup: Duration, time: Duration) -> anyhow::Result<HttpFigures> {
    let crowd = Crowd { requests: load.requests(), next: Cell::new(0) };
    let mut lanes: Vec<_> = (0..connections).map(|_| Connection::to(load.addr)).collect();
    if !warmup.is_zero() {
        crowd.ask(&mut lanes, warmup).await?;
    }
    crowd.ask(&mut lanes, time).await?.end()
}

struct Crowd {
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
}

impl Crowd {
    async fn ask(&self, lanes: &mut [Connection], time: Duration) -> anyhow::Result<Tally> {
        let tally = RefCell::new(Tally::begin()?);
        let end = Instant::now() + time;
        join_all(lanes.iter_mut().map(|lane| self.ask_on(lane, end, &tally))).await;
        Ok(tally.into_inner())
    }

    async fn ask_on(&self, lane: &mut Connection, end: Instant, tally: &RefCell<Tally>) {
        loop {
            let begun = Instant::now();
            if begun >= end {
                return;
            }
            let request = self.next.get();
            self.next.set((request + 1) % self.requests.len());
            let outcome = lane.ask(&self.requests[request]).await;
            let failed = outcome.is_err();
            tally.borrow_mut().note(begun, outcome);
            if failed {
                // Where each attempt fails at once, others have a turn too.
                tokio::task::yield_now().await;
            }
        }
    }
}
