//! Tables of messages to a thousand sockets in one room.

use std::time::Duration;

use anyhow::bail;

use super::{Step, Suite, Work};
use crate::{
    peers::Peer,
    scenario::{FanOut, FanOutFigures, Pace, Setup},
    table::{Column, Table},
};

pub(super) const SUBSCRIBERS: usize = 1000;
pub(super) const DELIVERIES: f64 = 50_000.0;
/// 50,000 deliveries a second to a thousand sockets.
pub(super) const RATE: Pace = Pace::PerSecond(DELIVERIES / SUBSCRIBERS as f64);
/// The closed loop of the tables.
pub(super) const FLIGHT: Pace = Pace::InFlight(4);
const WARM_UP: Duration = Duration::from_secs(1);

/// Title of the column of the server's CPU time.
pub(crate) const SERVER: &str = "server µs";
/// Title of the column of Redis' CPU time.
pub(crate) const REDIS: &str = "Redis µs";
/// Title of the column of the median latency.
pub(crate) const P50: &str = "p50 ms";
/// Title of the column of the 99th percentile.
pub(crate) const P99: &str = "p99 ms";
/// Title of the column that adds up lost and repeated messages and closed sockets.
pub(crate) const WRONG: &str = "lost, repeated, closed";

pub(crate) const COLUMNS: &[Column] = &[
    Column { title: SERVER, digits: 2 },
    Column { title: REDIS, digits: 2 },
    Column { title: "deliveries/s", digits: 0 },
    Column { title: P50, digits: 1 },
    Column { title: P99, digits: 1 },
    Column { title: WRONG, digits: 0 },
    Column { title: "generator's core", digits: 2 },
];

/// Title of the table at a fixed rate.
pub(crate) const AT_A_RATE: &str = "Fan-out at 50,000 deliveries a second";
/// Title of the table of the closed loop.
pub(crate) const IN_FLIGHT: &str = "Fan-out in a closed loop, 4 messages under way";

pub(super) fn at_a_rate() -> Table {
    let note =
        "1,000 sockets in one room, 50 messages of 128 bytes a second. CPU time of the server, and of Redis, for each delivery.";
    Table::new(AT_A_RATE, note, COLUMNS)
}

pub(super) fn in_flight() -> Table {
    let note = "As above, but the next message is sent as soon as one has reached every socket. Frames that wait together can leave in one write.";
    Table::new(IN_FLIGHT, note, COLUMNS)
}

/// The steps of both tables; the peers take turns.
pub(super) fn steps(suite: &Suite) -> Vec<Step> {
    let table = |title, pace| {
        suite.in_turn().map(move |peer| Step { title, row: peer.name().to_owned(), work: Work::FanOut(peer, pace) })
    };
    table(AT_A_RATE, RATE).chain(table(IN_FLIGHT, FLIGHT)).collect()
}

pub(super) async fn one_room(suite: &Suite, peer: Peer, pace: Pace) -> anyhow::Result<Vec<f64>> {
    let mut setup = Setup::start(peer, SUBSCRIBERS).await?;
    setup.connect(setup.plan(SUBSCRIBERS, 1)).await?;
    Ok(columns(&run(suite, &mut setup, pace).await?))
}

pub(super) async fn run(suite: &Suite, setup: &mut Setup, pace: Pace) -> anyhow::Result<FanOutFigures> {
    setup.warm_up().await?;
    let figures = FanOut { pace, warm_up: WARM_UP, time: suite.time }.run(setup).await?;
    if matches!(pace, Pace::PerSecond(_)) && figures.rate < 0.95 * DELIVERIES {
        bail!("only {:.0} of {DELIVERIES} deliveries a second", figures.rate);
    }
    Ok(figures)
}

pub(crate) fn columns(figures: &FanOutFigures) -> Vec<f64> {
    let arrivals = &figures.arrivals;
    let millis = |quantile| arrivals.latency.value_at_quantile(quantile) as f64 / 1000.0;
    let wrong = (arrivals.lost + arrivals.repeated + arrivals.closed) as f64;
    vec![figures.server, figures.redis, figures.rate, millis(0.5), millis(0.99), wrong, figures.generator]
}
