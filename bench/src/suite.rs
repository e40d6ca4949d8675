//! What one run measures, table by table.

mod fan_out;
mod pages;
mod sockets;

/// What the tables, their columns and their rows are called.
pub(crate) mod titles {
    pub(crate) use super::{
        fan_out::{AT_A_RATE, IN_FLIGHT, P50, P99, REDIS, SERVER, WRONG},
        pages::{AT_REST, ISOLATION_TITLE, REQUEST, ROW_TITLE, UNDER_STORM, name as isolation_name},
        sockets::{GROWING, GROWTH_TITLE, HANDSHAKES, IDLE_TITLE, KIB, ROOMS_TITLE, STALLED_TITLE, size_name, sizes},
    };
}

use std::time::Duration;

use crate::{
    peers::Peer,
    table::{Outcome, Table},
};

/// The largest number of sockets: a little below 20,000 descriptors, which many systems allow a process.
pub const MOST: usize = 19_500;

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Whose sockets.
    pub peers: Vec<Peer>,
    /// Django's pages too.
    pub django: bool,
    /// How often everything is measured.
    pub runs: usize,
    /// How often in each run fan-out, idle sockets and requests are measured, everybody in turn: between two measurements of one server
    /// lies as much as between two servers.
    pub rounds: usize,
    /// How long each measurement takes.
    pub time: Duration,
    /// Subscribers where there are to be most.
    pub most: usize,
}

/// Everything that one run, or several, gave.
#[derive(Clone, Debug)]
pub struct Report {
    /// The tables, in the order in which they were measured.
    pub tables: Vec<Table>,
}

impl Suite {
    /// Measures everything, all of it as often as there are runs. `told` is told what was just measured.
    pub async fn run(&self, mut told: impl FnMut(&str)) -> Report {
        let mut tables = vec![
            fan_out::at_a_rate(),
            fan_out::in_flight(),
            sockets::idle_table(),
            sockets::rooms_table(),
            sockets::growth_table(),
            sockets::stalled_table(),
            pages::row_table(),
            pages::isolation_table(),
        ];
        for _ in 0..self.runs {
            let [rate, flight, idle, rooms, growth, stalled, row, isolation] = tables.as_mut_slice() else { break };
            fan_out::measure(self, rate, fan_out::RATE, &mut told).await;
            fan_out::measure(self, flight, fan_out::FLIGHT, &mut told).await;
            sockets::idle(self, idle, &mut told).await;
            sockets::rooms(self, rooms, &mut told).await;
            sockets::growth(self, growth, &mut told).await;
            sockets::stalled(self, stalled, &mut told).await;
            pages::row(self, row, &mut told).await;
            pages::isolation(self, isolation, &mut told).await;
        }
        Report { tables }
    }
}

impl Suite {
    /// Everybody in turn, as often as there are rounds; Django once.
    fn in_turn(&self) -> impl Iterator<Item = Peer> {
        let rounds = (0..self.rounds).flat_map(|round| self.peers.iter().map(move |&peer| (round, peer)));
        rounds.filter(|(round, peer)| *round == 0 || !peer.is_django()).map(|(_, peer)| peer)
    }
}

/// Enters what was measured, and tells of it.
fn enter(table: &mut Table, name: &str, outcome: anyhow::Result<Vec<f64>>, told: &mut impl FnMut(&str)) {
    let outcome: Outcome = outcome.map_err(|fault| format!("{fault:#}"));
    let figures = match &outcome {
        Ok(figures) => {
            let with_titles = table.columns.iter().zip(figures);
            with_titles
                .map(|(column, figure)| format!("{}: {figure:.*}", column.title, column.digits))
                .collect::<Vec<_>>()
                .join(", ")
        }
        Err(fault) => format!("cannot: {fault}"),
    };
    told(&format!("{}, {name}: {figures}", table.title));
    table.add(name, outcome);
}
