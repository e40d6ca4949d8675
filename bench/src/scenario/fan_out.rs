//! Messages to many, at a fixed rate or as fast as they go.

use std::{collections::HashSet, time::Duration};

use anyhow::bail;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Stage, stage::PATIENCE};
use crate::load::Arrivals;

/// Above this share of a core, the generator may be what is measured.
const BUSY: f64 = 0.9;
const SETTLE: Duration = Duration::from_secs(1);

/// How fast messages are published.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many a second, whatever comes of them.
    PerSecond(f64),
    /// The next as soon as one has reached everybody, so many under way.
    InFlight(usize),
}

/// What to do to a stage.
#[derive(Clone, Copy, Debug)]
pub struct FanOut {
    /// How fast.
    pub pace: Pace,
    /// Before anything is measured.
    pub warm_up: Duration,
    /// What is measured.
    pub time: Duration,
}

/// What it took.
#[derive(Clone, Debug)]
pub struct FanOutFigures {
    /// Deliveries, the publisher's own among them.
    pub deliveries: u64,
    /// Deliveries a second.
    pub rate: f64,
    /// CPU of the server for each delivery, in microseconds.
    pub server: f64,
    /// CPU of Redis for each delivery, in microseconds.
    pub redis: f64,
    /// The generator's share of a core.
    pub generator: f64,
    /// What arrived.
    pub arrivals: Arrivals,
}

impl FanOut {
    /// Publishes to all rooms in turn and measures.
    ///
    /// # Errors
    /// Nothing arrives any more; or the rate could not be kept since the generator was the bottleneck.
    pub async fn run(&self, stage: &mut Stage) -> anyhow::Result<FanOutFigures> {
        let mut drive = Drive { pace: self.pace, room: 0, under_way: 0, published: 0, waited_for: HashSet::new() };
        drive.run(stage, self.warm_up).await?;
        stage.swarm.window().await?;
        let before = stage.used()?;
        let published = drive.published;
        drive.run(stage, self.time).await?;
        let mut window = stage.swarm.window().await?;
        let after = stage.used()?;
        drive.settle(stage).await?;
        // Whoever has fallen silent sees no number that is missing.
        window.arrivals.lost = window.arrivals.lost.max(drive.waited_for.len() as u64);
        let published = drive.published - published;

        let deliveries = window.arrivals.delivered + published * stage.more_readers();
        if window.arrivals.delivered == 0 {
            bail!("{}: nothing arrived", stage.peer.name());
        }
        let [server, redis, generator] = std::array::from_fn(|at| after[at].saturating_sub(before[at]).as_secs_f64());
        let figures = FanOutFigures {
            deliveries,
            rate: deliveries as f64 / window.seconds,
            server: server * 1e6 / deliveries as f64,
            redis: redis * 1e6 / deliveries as f64,
            generator: generator / window.seconds,
            arrivals: window.arrivals,
        };
        if matches!(self.pace, Pace::PerSecond(_)) && figures.generator > BUSY {
            bail!("the generator used {:.0} % of a core: it may be what was measured", figures.generator * 100.0);
        }
        Ok(figures)
    }
}

struct Drive {
    pace: Pace,
    room: usize,
    under_way: usize,
    published: u64,
    /// What has not reached everybody yet.
    waited_for: HashSet<u64>,
}

impl Drive {
    async fn run(&mut self, stage: &mut Stage, time: Duration) -> anyhow::Result<()> {
        let end = Instant::now() + time;
        match self.pace {
            Pace::PerSecond(rate) => self.at_a_rate(stage, rate, end).await,
            Pace::InFlight(limit) => self.in_flight(stage, limit, end).await,
        }
    }

    async fn at_a_rate(&mut self, stage: &mut Stage, rate: f64, end: Instant) -> anyhow::Result<()> {
        let (begin, began) = (Instant::now(), stage.clock.now());
        for number in 0u32.. {
            let due = Duration::from_secs_f64(f64::from(number) / rate);
            if begin + due >= end {
                break;
            }
            sleep_until(begin + due).await;
            self.publish(stage, began + due).await?;
        }
        sleep_until(end).await;
        Ok(())
    }

    async fn in_flight(&mut self, stage: &mut Stage, limit: usize, end: Instant) -> anyhow::Result<()> {
        while Instant::now() < end {
            while self.under_way < limit {
                self.publish(stage, stage.clock.now()).await?;
                self.under_way += 1;
            }
            self.one_completed(stage).await?;
        }
        Ok(())
    }

    async fn one_completed(&mut self, stage: &mut Stage) -> anyhow::Result<()> {
        match timeout(PATIENCE, stage.one_completed()).await {
            Ok(number) => self.waited_for.remove(&number?),
            Err(_) => bail!("{}: a message has not reached everybody after {PATIENCE:?}", stage.peer.name()),
        };
        self.under_way = self.under_way.saturating_sub(1);
        Ok(())
    }

    /// Waits for what is under way, at a rate for as long as anything still arrives within a second.
    async fn settle(&mut self, stage: &mut Stage) -> anyhow::Result<()> {
        while self.under_way > 0 {
            self.one_completed(stage).await?;
        }
        let end = Instant::now() + PATIENCE;
        while !self.waited_for.is_empty() && Instant::now() < end {
            match timeout(SETTLE, stage.one_completed()).await {
                Ok(number) => self.waited_for.remove(&number?),
                Err(_) => break,
            };
        }
        Ok(())
    }

    async fn publish(&mut self, stage: &mut Stage, due: Duration) -> anyhow::Result<()> {
        let room = self.room;
        self.room = (room + 1) % stage.rooms();
        self.waited_for.insert(stage.publish(room, due).await?);
        self.published += 1;
        Ok(())
    }
}
