//! Plain HTTP: one row as JSON, and a page beside busy sockets.

use std::{iter, path::PathBuf, time::Duration};

use anyhow::bail;

use super::{Rows, Step, Suite, Work, fan_out::SUBSCRIBERS};
use crate::{
    http::row::{RowFigures, RowTrial},
    scenario::{Neighbours, Storm, page_at_rest_and_under_storm},
    table::{Column, Table},
};

/// Title of the table of one row.
pub(crate) const ROW_TITLE: &str = "A JSON endpoint that reads one row";
/// CPU time for each request.
pub(crate) const REQUEST: &str = "server µs a request";
/// Title of the table of isolation.
pub(crate) const ISOLATION_TITLE: &str = "A page while 1,000 sockets are sent messages";
/// At rest.
pub(crate) const AT_REST: &str = "p99 ms at rest";
/// Under storm.
pub(crate) const UNDER_STORM: &str = "p99 ms under storm";

pub(super) fn row_table() -> Table {
    const COLUMNS: &[Column] = &[Column { title: REQUEST, digits: 1 }, Column { title: "requests/s", digits: 0 }];
    let note = "32 kept connections. Ours is http-server as it is deployed, with its checks and its log; bare is one route of actix-web \
                with the same query.";
    Table::new(ROW_TITLE, note, COLUMNS)
}

/// Both tables.
pub(super) fn steps(suite: &Suite) -> Vec<Step> {
    let row = Step { title: ROW_TITLE, row: "all servers in turn".to_owned(), work: Work::JsonRow };
    let pairs = PAIRS.into_iter().filter(|(neighbours, _)| suite.django || !neighbours.is_django());
    let isolation = pairs.map(|(neighbours, storm)| Step {
        title: ISOLATION_TITLE,
        row: name(neighbours, storm),
        work: Work::Isolation(neighbours, storm),
    });
    iter::once(row).chain(isolation).collect()
}

pub(super) async fn json_row(suite: &Suite) -> Rows {
    let django = suite.django.then(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/run.sh")));
    let trial = RowTrial { django, rounds: suite.rounds, connections: 32, warm_up: Duration::from_secs(1), time: suite.time };
    let figures = |of: RowFigures| {
        let outcome = of.faultless().map(|()| vec![of.median_cpu(), of.median_rate()]);
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
        Column { title: "p50 ms under storm", digits: 2 },
        Column { title: UNDER_STORM, digits: 2 },
        Column { title: "deliveries/s", digits: 0 },
    ];
    let note = "A page, 200 times a second, first while the sockets are idle, then under a storm. Where there are two processes, each has \
                a core; Redis and the generator of the storm are on the sockets' core.";
    Table::new(ISOLATION_TITLE, note, COLUMNS)
}

/// A row's name.
pub(crate) fn name(neighbours: Neighbours, storm: Storm) -> String {
    match storm {
        Storm::PerSecond(rate) => format!("{}, {rate:.0} messages a second", neighbours.name()),
        Storm::AsMuchAsGoes => format!("{}, as much as goes", neighbours.name()),
    }
}

/// Who is asked for a page under what.
pub(crate) const PAIRS: [(Neighbours, Storm); 7] = [
    (Neighbours::TwoHulls, Storm::PerSecond(50.0)),
    (Neighbours::TwoHulls, Storm::AsMuchAsGoes),
    (Neighbours::OneProcess, Storm::PerSecond(50.0)),
    (Neighbours::OneProcess, Storm::AsMuchAsGoes),
    (Neighbours::Daphne, Storm::PerSecond(1.0)),
    (Neighbours::Daphne, Storm::AsMuchAsGoes),
    (Neighbours::GunicornAndDaphne, Storm::AsMuchAsGoes),
];

pub(super) async fn isolation(suite: &Suite, neighbours: Neighbours, storm: Storm) -> anyhow::Result<Vec<f64>> {
    // Long enough that a hundredth of the answers are some dozens.
    let figures = page_at_rest_and_under_storm(neighbours, storm, suite.time * 5).await?;
    let millis = |micros: u64| micros as f64 / 1000.0;
    let (rest, under) = (&figures.at_rest, &figures.under_storm);
    rest.faultless()?;
    under.faultless()?;
    if let Storm::PerSecond(rate) = storm
        && figures.deliveries < 0.95 * rate * SUBSCRIBERS as f64
    {
        bail!("the storm was only {:.0} deliveries a second", figures.deliveries);
    }
    Ok(vec![millis(rest.p50), millis(rest.p99), millis(under.p50), millis(under.p99), figures.deliveries])
}
