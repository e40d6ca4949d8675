//! All processes use the database's clock. Each one measures the offset of its own monotonic clock, and computes the time from both.
//!
//! So neither a machine whose clock is wrong nor one whose clock is set while the process runs makes deadlines, leases or sessions end early or
//! late. SQLite has no clock but the machine's: there a process begins with the machine's time and moves to a new one slowly.

mod hands;
mod skew;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use store::{Store, StoreError, Timestamp};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use self::{
    hands::{Hands, Reading},
    skew::Skew,
};
use crate::{Clock, clock::machine_time};

/// The interval of comparisons. A machine that has slept is late for at most this time.
const PERIOD: Duration = Duration::from_secs(5);
/// The number of comparisons at the start: the quickest answer is the most exact.
const FIRST_READINGS: usize = 3;

struct Timekeeper {
    store: Store,
    start: Instant,
    hands: Arc<Hands>,
    skew: Skew,
}

/// A clock that follows the database's until `stop` is cancelled, and goes on by itself while the database is away.
pub(crate) async fn follow(store: &Store, stop: CancellationToken) -> Clock {
    let start = Instant::now();
    let hands = Arc::new(Hands::at(machine_time()));
    let clock = Clock::new({
        let hands = Arc::clone(&hands);
        move || hands.read(passed(start))
    });
    let mut keeper = Timekeeper { store: store.clone(), start, hands, skew: Skew::default() };
    keeper.begin().await;
    tokio::spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = keeper.keep() => {}
        }
    });
    clock
}

impl Timekeeper {
    async fn begin(&mut self) {
        let mut best: Option<Reading> = None;
        for _ in 0..FIRST_READINGS {
            match self.read().await {
                Ok(Some(reading)) if best.is_none_or(|best| reading.width() < best.width()) => best = Some(reading),
                Ok(_) => {}
                Err(fault) => log::warn!("the database's time is not known yet, so this machine's is used: {fault}"),
            }
        }
        if let Some(reading) = best {
            self.hands.begin(reading);
            self.skew.of_database(machine_time(), self.now());
        }
    }

    async fn keep(&mut self) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            period.tick().await;
            match self.read().await {
                Ok(Some(reading)) => {
                    self.hands.follow(reading, passed(self.start));
                    self.skew.of_database(machine_time(), self.now());
                }
                Ok(None) => {
                    let machine = machine_time();
                    self.skew.of_machine(machine, self.now());
                    self.hands.approach(machine, passed(self.start));
                }
                Err(_) => {} // The clock goes on by itself; health and log say that the database is away.
            }
        }
    }

    async fn read(&self) -> Result<Option<Reading>, StoreError> {
        let before = passed(self.start);
        let time = self.store.database_time().await?;
        Ok(time.map(|time| Reading { time, before, after: passed(self.start) }))
    }

    fn now(&self) -> Timestamp {
        self.hands.read(passed(self.start))
    }
}

/// Monotonic milliseconds since `start`.
fn passed(start: Instant) -> i64 {
    i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX)
}
