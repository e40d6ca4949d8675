//! Messages to many subscribers, at a fixed rate or in a closed loop.

use std::{collections::HashSet, time::Duration};

use anyhow::bail;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Setup, setup::DELIVERY_TIMEOUT};
use crate::load::Arrivals;

/// Above this share of a core, the generator may limit the result.
const MAX_GENERATOR_SHARE: f64 = 0.9;
const SETTLE: Duration = Duration::from_secs(1);

/// How fast messages are published.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// At a fixed rate a second (open loop).
    PerSecond(f64),
    /// So many messages under way: the next as soon as one has reached every subscriber (closed loop).
    InFlight(usize),
}

/// How messages are published.
#[derive(Clone, Copy, Debug)]
pub struct FanOut {
    /// Rate, or messages under way.
    pub pace: Pace,
    /// The time before the measurement.
    pub warm_up: Duration,
    /// The measured time.
    pub time: Duration,
}

/// The measured costs.
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
    /// The messages that arrived.
    pub arrivals: Arrivals,
}

impl FanOut {
    /// Publishes to all rooms in turn and measures.
    ///
    /// # Errors
    /// No message arrives, or the generator was the bottleneck at a fixed rate.
    pub async fn run(&self, setup: &mut Setup) -> anyhow::Result<FanOutFigures> {
        let mut publish_loop = PublishLoop { pace: self.pace, room: 0, under_way: 0, published: 0, waited_for: HashSet::new() };
        publish_loop.run(setup, self.warm_up).await?;
        setup.subscribers.window().await?;
        let before = setup.used()?;
        let published = publish_loop.published;
        publish_loop.run(setup, self.time).await?;
        let mut window = setup.subscribers.window().await?;
        let after = setup.used()?;
        publish_loop.settle(setup).await?;
        // A subscriber that receives nothing more cannot notice a gap.
        window.arrivals.lost = window.arrivals.lost.max(publish_loop.waited_for.len() as u64);
        let published = publish_loop.published - published;

        let deliveries = window.arrivals.delivered + published * setup.more_readers();
        if window.arrivals.delivered == 0 {
            bail!("{}: nothing arrived", setup.peer.name());
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
        if matches!(self.pace, Pace::PerSecond(_)) && figures.generator > MAX_GENERATOR_SHARE {
            bail!(
                "the generator used {:.0} % of a core, so that it may have limited the result: leave this machine to the benchmark",
                figures.generator * 100.0
            );
        }
        Ok(figures)
    }
}

struct PublishLoop {
    pace: Pace,
    room: usize,
    under_way: usize,
    published: u64,
    /// Messages that have not reached every subscriber yet.
    waited_for: HashSet<u64>,
}

impl PublishLoop {
    async fn run(&mut self, setup: &mut Setup, time: Duration) -> anyhow::Result<()> {
        let end = Instant::now() + time;
        match self.pace {
            Pace::PerSecond(rate) => self.at_a_rate(setup, rate, end).await,
            Pace::InFlight(limit) => self.in_flight(setup, limit, end).await,
        }
    }

    async fn at_a_rate(&mut self, setup: &mut Setup, rate: f64, end: Instant) -> anyhow::Result<()> {
        let (begin, began) = (Instant::now(), setup.clock.now());
        for number in 0u32.. {
            let due = Duration::from_secs_f64(f64::from(number) / rate);
            if begin + due >= end {
                break;
            }
            sleep_until(begin + due).await;
            self.publish(setup, began + due).await?;
        }
        sleep_until(end).await;
        Ok(())
    }

    async fn in_flight(&mut self, setup: &mut Setup, limit: usize, end: Instant) -> anyhow::Result<()> {
        while Instant::now() < end {
            while self.under_way < limit {
                self.publish(setup, setup.clock.now()).await?;
                self.under_way += 1;
            }
            self.one_completed(setup).await?;
        }
        Ok(())
    }

    async fn one_completed(&mut self, setup: &mut Setup) -> anyhow::Result<()> {
        match timeout(DELIVERY_TIMEOUT, setup.one_completed()).await {
            Ok(number) => self.waited_for.remove(&number?),
            Err(_) => bail!("{}: a message has not reached every subscriber after {DELIVERY_TIMEOUT:?}", setup.peer.name()),
        };
        self.under_way = self.under_way.saturating_sub(1);
        Ok(())
    }

    /// Waits for messages under way. At a fixed rate it stops when none completes within a second.
    async fn settle(&mut self, setup: &mut Setup) -> anyhow::Result<()> {
        while self.under_way > 0 {
            self.one_completed(setup).await?;
        }
        let end = Instant::now() + DELIVERY_TIMEOUT;
        while !self.waited_for.is_empty() && Instant::now() < end {
            match timeout(SETTLE, setup.one_completed()).await {
                Ok(number) => self.waited_for.remove(&number?),
                Err(_) => break,
            };
        }
        Ok(())
    }

    async fn publish(&mut self, setup: &mut Setup, due: Duration) -> anyhow::Result<()> {
        let room = self.room;
        self.room = (room + 1) % setup.rooms();
        self.waited_for.insert(setup.publish(room, due).await?);
        self.published += 1;
        Ok(())
    }
}
