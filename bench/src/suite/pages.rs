//! Plain HTTP: one row as JSON, and a page beside busy sockets.

use std::{path::PathBuf, time::Duration};

use anyhow::bail;

use super::{Suite, enter, fan_out::SUBSCRIBERS};
use crate::{
    http::row::RowTrial,
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

pub(super) async fn row(suite: &Suite, table: &mut Table, told: &mut impl FnMut(&str)) {
    let django = suite.django.then(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/run.sh")));
    let trial = RowTrial { django, rounds: suite.rounds, connections: 32, warm_up: Duration::from_secs(1), time: suite.time };
    match trial.run().await {
        Ok(all) => {
            for figures in all {
                let outcome = figures.faultless().map(|()| vec![figures.median_cpu(), figures.median_rate()]);
                enter(table, &figures.name, outcome, told);
            }
        }
        Err(fault) => enter(table, "all", Err(fault), told),
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

pub(super) async fn isolation(suite: &Suite, table: &mut Table, told: &mut impl FnMut(&str)) {
    for (neighbours, storm) in PAIRS {
        if neighbours.is_django() && !suite.django {
            continue;
        }
        // A hundredth of the answers is then some dozens.
        let time = suite.time * 5;
        let outcome = page_at_rest_and_under_storm(neighbours, storm, time).await.and_then(|figures| {
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
        });
        enter(table, &name(neighbours, storm), outcome, told);
    }
}
