//! Tables of plain HTTP: one row as JSON, and a page beside busy sockets.

use std::{iter, path::PathBuf, time::Duration};

use anyhow::bail;

use super::{Rows, Step, Suite, Work, fan_out::SUBSCRIBERS};
use crate::{
    http::row::{RowFigures, RowTrial},
    scenario::{Deployment, SocketLoad, page_latency},
    table::{Column, Table},
};

/// Title of the table of one row.
pub(crate) const ROW_TITLE: &str = "A JSON endpoint that reads one row";
/// Title of the column of CPU time for each request.
pub(crate) const REQUEST: &str = "server µs a request";
/// Title of the table of isolation.
pub(crate) const ISOLATION_TITLE: &str = "A page while 1,000 sockets are sent messages";
/// Title of the column of latency at rest.
pub(crate) const AT_REST: &str = "p99 ms at rest";
/// Title of the column of latency under load.
pub(crate) const UNDER_LOAD: &str = "p99 ms under load";

pub(super) fn row_table() -> Table {
    const COLUMNS: &[Column] = &[Column { title: REQUEST, digits: 1 }, Column { title: "requests/s", digits: 0 }];
    let note = "32 kept connections. http-server runs as it is deployed, with its checks and its log; bare actix-web is one route with the \
                same query.";
    Table::new(ROW_TITLE, note, COLUMNS)
}

/// The steps of both tables.
pub(super) fn steps(suite: &Suite) -> Vec<Step> {
    let row = Step { title: ROW_TITLE, row: "all servers in turn".to_owned(), work: Work::JsonRow };
    let pairs = PAIRS.into_iter().filter(|(deployment, _)| suite.django || !deployment.is_django());
    let isolation = pairs.map(|(deployment, socket_load)| Step {
        title: ISOLATION_TITLE,
        row: name(deployment, socket_load),
        work: Work::Isolation(deployment, socket_load),
    });
    iter::once(row).chain(isolation).collect()
}

pub(super) async fn json_row(suite: &Suite) -> Rows {
    let django = suite.django.then(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/run.sh")));
    let trial = RowTrial { django, rounds: suite.rounds, connections: 32, warm_up: Duration::from_secs(1), time: suite.time };
    let figures = |of: RowFigures| {
        let outcome = of.ensure_success().map(|()| vec![of.median_cpu(), of.median_rate()]);
        (of.name, outcome)
    };
    match trial.run().await {
        Ok(all) => all.into_iter().map(figures).collect(),
        Err(fault) => vec![("all".to_owned(), Err(fault))],
    }
}

pub(super) fn isolation_table() -> Table {
    const COLUMNS: &[Column] = &[
        Column { title: "p50 ms at rest", digits: 2 },
        Column { title: AT_REST, digits: 2 },
        Column { title: "p50 ms under load", digits: 2 },
        Column { title: UNDER_LOAD, digits: 2 },
        Column { title: "deliveries/s", digits: 0 },
    ];
    let note = "200 page requests a second, first while the sockets are idle, then while they are sent messages. Two processes have a core \
                each; Redis and the generator run on the core of the sockets.";
    Table::new(ISOLATION_TITLE, note, COLUMNS)
}

/// The name of a row.
pub(crate) fn name(deployment: Deployment, socket_load: SocketLoad) -> String {
    match socket_load {
        SocketLoad::PerSecond(rate) => format!("{}, {rate:.0} messages a second", deployment.name()),
        SocketLoad::Unlimited => format!("{}, as fast as possible", deployment.name()),
    }
}

/// The rows of the table of isolation.
pub(crate) const PAIRS: [(Deployment, SocketLoad); 7] = [
    (Deployment::TwoProcesses, SocketLoad::PerSecond(50.0)),
    (Deployment::TwoProcesses, SocketLoad::Unlimited),
    (Deployment::OneProcess, SocketLoad::PerSecond(50.0)),
    (Deployment::OneProcess, SocketLoad::Unlimited),
    (Deployment::Daphne, SocketLoad::PerSecond(1.0)),
    (Deployment::Daphne, SocketLoad::Unlimited),
    (Deployment::GunicornAndDaphne, SocketLoad::Unlimited),
];

pub(super) async fn isolation(suite: &Suite, deployment: Deployment, socket_load: SocketLoad) -> anyhow::Result<Vec<f64>> {
    // Long enough that a hundredth of the answers are some dozens.
    let figures = page_latency(deployment, socket_load, suite.time * 5).await?;
    let millis = |micros: u64| micros as f64 / 1000.0;
    let (rest, under) = (&figures.at_rest, &figures.under_load);
    rest.ensure_success()?;
    under.ensure_success()?;
    if let SocketLoad::PerSecond(rate) = socket_load
        && figures.deliveries < 0.95 * rate * SUBSCRIBERS as f64
    {
        bail!("the sockets got only {:.0} deliveries a second", figures.deliveries);
    }
    Ok(vec![millis(rest.p50), millis(rest.p99), millis(under.p50), millis(under.p99), figures.deliveries])
}
