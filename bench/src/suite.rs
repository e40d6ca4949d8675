//! The measurements of a run, table by table.

mod fan_out;
mod pages;
mod sockets;

/// The titles of tables and columns, and the names of rows.
pub(crate) mod titles {
    pub(crate) use super::{
        fan_out::{AT_A_RATE, IN_FLIGHT, P50, P99, REDIS, SERVER, WRONG},
        pages::{AT_REST, ISOLATION_TITLE, REQUEST, ROW_TITLE, UNDER_LOAD, name as isolation_name},
        sockets::{GROWTH_PEERS, GROWTH_TITLE, HANDSHAKES, IDLE_TITLE, KIB, ROOMS_TITLE, STALLED_TITLE, size_name, sizes},
    };
}

pub(crate) use self::{
    fan_out::{COLUMNS as FAN_OUT_COLUMNS, columns as fan_out_row},
    sockets::{COLUMNS as IDLE_COLUMNS, row as idle_row},
};

use std::time::Duration;

use crate::{
    peers::Peer,
    progress::{Planned, Progress},
    scenario::{Deployment, Pace, SocketLoad},
    table::{Outcome, Table},
};

/// The largest number of sockets: a little below 20,000 descriptors, which many systems allow a process.
pub const MAX_SOCKETS: usize = 19_500;

/// The measurements of a run, and their durations.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The servers of sockets.
    pub peers: Vec<Peer>,
    /// Whether Django's pages are measured too.
    pub django: bool,
    /// How often everything is measured.
    pub runs: usize,
    /// How often fan-out, idle sockets and requests are measured in each run. The servers take turns, so that two measurements of one
    /// server lie as far apart as those of two servers.
    pub rounds: usize,
    /// How long each measurement takes.
    pub time: Duration,
    /// The largest number of sockets.
    pub max_sockets: usize,
}

/// The results of all runs.
#[derive(Clone, Debug)]
pub struct Report {
    /// The tables, in the order in which they were measured.
    pub tables: Vec<Table>,
}

/// One measurement of a run.
#[derive(Clone, Debug)]
struct Step {
    /// The table's title.
    title: &'static str,
    /// The row that it fills.
    row: String,
    work: Work,
}

#[derive(Clone, Copy, Debug)]
enum Work {
    FanOut(Peer, Pace),
    Idle(Peer),
    /// All sockets, in so many rooms.
    Rooms(usize),
    /// So many sockets.
    Growth(Peer, usize),
    /// So many readers that stall.
    Stalled(Peer, usize),
    /// All servers of the JSON endpoint, which run side by side and take turns.
    JsonRow,
    Isolation(Deployment, SocketLoad),
}

/// Rows with their figures, one for each column.
type Rows = Vec<(String, anyhow::Result<Vec<f64>>)>;

impl Suite {
    /// Measures everything, and prints its progress.
    pub async fn run(&self) -> Report {
        let mut tables = tables();
        let plan = self.plan();
        let planned = |step: &Step| Planned { name: format!("{}: {}", step.title, step.row), guess: step.work.guess(self) };
        let mut progress = Progress::start(plan.iter().map(planned).collect());
        for step in plan {
            progress.begin();
            let rows = step.measure(self).await;
            let table = tables.iter_mut().find(|table| table.title == step.title).expect("each step has its table");
            let results: Vec<_> = rows.into_iter().map(|(name, outcome)| add_row(table, &name, outcome)).collect();
            progress.end(&results);
        }
        Report { tables }
    }

    fn plan(&self) -> Vec<Step> {
        let run = || {
            let fan_out = fan_out::steps(self);
            fan_out.into_iter().chain(sockets::steps(self)).chain(pages::steps(self))
        };
        (0..self.runs).flat_map(|_| run()).collect()
    }

    /// The peers in turn, as often as there are rounds; Django's once.
    fn in_turn(&self) -> impl Iterator<Item = Peer> {
        let rounds = (0..self.rounds).flat_map(|round| self.peers.iter().map(move |&peer| (round, peer)));
        rounds.filter(|(round, peer)| *round == 0 || !peer.is_django()).map(|(_, peer)| peer)
    }
}

fn tables() -> Vec<Table> {
    vec![
        fan_out::at_a_rate(),
        fan_out::in_flight(),
        sockets::idle_table(),
        sockets::rooms_table(),
        sockets::growth_table(),
        sockets::stalled_table(),
        pages::row_table(),
        pages::isolation_table(),
    ]
}

impl Step {
    async fn measure(&self, suite: &Suite) -> Rows {
        let outcome = match self.work {
            Work::FanOut(peer, pace) => fan_out::one_room(suite, peer, pace).await,
            Work::Idle(peer) => sockets::idle(peer).await,
            Work::Rooms(rooms) => sockets::rooms(suite, rooms).await,
            Work::Growth(peer, size) => sockets::growth(suite, peer, size).await,
            Work::Stalled(peer, stalled) => sockets::stalled(suite, peer, stalled).await,
            Work::JsonRow => return pages::json_row(suite).await,
            Work::Isolation(deployment, socket_load) => pages::isolation(suite, deployment, socket_load).await,
        };
        vec![(self.row.clone(), outcome)]
    }
}

impl Work {
    /// Starts, warm-ups and ends included.
    fn guess(self, suite: &Suite) -> Duration {
        let overhead = Duration::from_secs(4);
        match self {
            Self::Idle(_) => overhead * 3,
            Self::Rooms(_) => suite.time + overhead * 2,
            Self::JsonRow => (suite.time + overhead / 4) * 3 * u32::try_from(suite.rounds).unwrap_or(u32::MAX),
            Self::Isolation(..) => suite.time * 10 + overhead * 2,
            _ => suite.time + overhead,
        }
    }
}

/// Enters figures into the table. Returns them as a line.
pub(crate) fn add_row(table: &mut Table, name: &str, outcome: anyhow::Result<Vec<f64>>) -> String {
    let outcome: Outcome = outcome.map_err(|fault| format!("{fault:#}"));
    let figures = match &outcome {
        Ok(figures) => {
            let with_titles = table.columns.iter().zip(figures);
            with_titles
                .map(|(column, figure)| format!("{}: {figure:.*}", column.title, column.digits))
                .collect::<Vec<_>>()
                .join(", ")
        }
        Err(fault) => format!("failed: {fault}"),
    };
    table.add(name, outcome);
    format!("{}, {name}: {figures}", table.title)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    fn suite(runs: usize, rounds: usize, django: bool) -> Suite {
        let peers = Peer::value_variants().iter().copied().filter(|peer| django || !peer.is_django()).collect();
        Suite { peers, django, runs, rounds, time: Duration::from_secs(4), max_sockets: MAX_SOCKETS }
    }

    #[test]
    fn plans_each_table_and_each_round() {
        let plan = suite(1, 3, true).plan();
        for table in tables() {
            assert!(plan.iter().any(|step| step.title == table.title), "{}", table.title);
        }
        let count = |title: &str, row: &str| plan.iter().filter(|step| step.title == title && step.row == row).count();
        assert_eq!(count(titles::AT_A_RATE, Peer::OursPubsub.name()), 3);
        assert_eq!(count(titles::IDLE_TITLE, Peer::DaphneCore.name()), 1, "Django is measured once a run");
        assert_eq!(suite(3, 3, true).plan().len(), 3 * plan.len());
    }

    #[test]
    fn the_document_has_each_table_as_it_is_printed() {
        let document = include_str!("../../docs/performance.md");
        for table in tables() {
            let without_rows = table.markdown();
            assert!(document.contains(&without_rows), "title, note, charts and columns differ:\n{without_rows}");
        }
    }

    #[test]
    fn plans_nothing_of_django_without_it() {
        let plan = suite(1, 1, false).plan();
        assert!(plan.iter().all(|step| !step.row.contains("Django")), "{plan:?}");
    }
}
