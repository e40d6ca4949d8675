//! `bench one`: some servers under one load, and two builds of ours side by side.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::bail;

use crate::{
    peers::{Launch, Peer},
    progress::{Planned, Progress},
    scenario::{FanOut, Pace, Setup, idle},
    suite,
    table::Table,
};

const WARM_UP: Duration = Duration::from_secs(1);
const IDLE_NOTE: &str = "Memory of the server (PSS) for each socket, and its handshakes.";
const FAN_OUT_NOTE: &str = "CPU time of the server, and of Redis, for each delivery.";

/// The load on each server.
#[derive(Clone, Copy, Debug)]
pub enum Load {
    /// Messages to the subscribers of some rooms.
    FanOut {
        /// How fast.
        pace: Pace,
        /// In how many rooms.
        rooms: usize,
        /// How long is measured.
        time: Duration,
    },
    /// Sockets connect, stay idle and leave, three times.
    Idle,
}

/// Servers, and the load on each.
#[derive(Clone, Debug)]
pub struct One {
    /// The servers.
    pub peers: Vec<Peer>,
    /// Sockets for each of them.
    pub sockets: usize,
    /// The load on each.
    pub load: Load,
    /// How often each is measured; they take turns.
    pub rounds: usize,
    /// A folder with the programs of another commit. Our servers are then measured from both builds.
    pub before: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug)]
struct Turn {
    peer: Peer,
    is_before: bool,
}

impl Turn {
    fn name(self) -> String {
        format!("{}{}", self.peer.name(), if self.is_before { ", before" } else { "" })
    }
}

impl One {
    /// Measures, and prints its progress. Returns a table, and below it what changed between the two builds.
    ///
    /// # Errors
    /// The folder of the other build lacks its programs; a server does not start or does not deliver.
    pub async fn run(&self) -> anyhow::Result<String> {
        self.check()?;
        let mut table = self.table();
        let turns = self.turns();
        let guess = match self.load {
            Load::FanOut { time, .. } => time + Duration::from_secs(4),
            Load::Idle => Duration::from_secs(12),
        };
        let mut progress = Progress::start(turns.iter().map(|turn| Planned { name: turn.name(), guess }).collect());
        for turn in turns {
            progress.begin();
            let outcome = Ok(self.measure(turn).await?);
            progress.end(&[suite::add_row(&mut table, &turn.name(), outcome)]);
        }
        Ok(format!("{}{}", table.markdown(), self.changes(&table)))
    }

    fn check(&self) -> anyhow::Result<()> {
        let Some(folder) = &self.before else { return Ok(()) };
        if !self.peers.iter().any(|peer| peer.is_ours()) {
            bail!("--before compares two builds of Catamaran: name a server of ours, such as ours-pubsub");
        }
        if !folder.join("chat").is_file() {
            bail!("{} has no program `chat`: build it there with `cargo build --release -p bench`", folder.display());
        }
        Ok(())
    }

    fn table(&self) -> Table {
        match self.load {
            Load::FanOut { .. } => {
                Table::new(format!("Fan-out to {} sockets", self.sockets), FAN_OUT_NOTE, suite::FAN_OUT_COLUMNS)
            }
            Load::Idle => Table::new(format!("{} idle sockets", self.sockets), IDLE_NOTE, suite::IDLE_COLUMNS),
        }
    }

    /// Each round measures everything once; the build that goes first alternates.
    fn turns(&self) -> Vec<Turn> {
        let of = |round: usize, peer: Peer| {
            let builds = match (peer.is_ours() && self.before.is_some(), round % 2) {
                (false, _) => &[false][..],
                (true, 0) => &[true, false],
                (true, _) => &[false, true],
            };
            builds.iter().map(move |&is_before| Turn { peer, is_before })
        };
        (0..self.rounds).flat_map(|round| self.peers.iter().flat_map(move |&peer| of(round, peer))).collect()
    }

    async fn measure(&self, turn: Turn) -> anyhow::Result<Vec<f64>> {
        let programs = self.before.as_deref().filter(|_| turn.is_before).map(Path::to_owned);
        let launch = Launch { programs, ..Launch::default() };
        let mut setup = Setup::start_as(&launch, turn.peer, self.sockets, &[]).await?;
        match self.load {
            Load::FanOut { pace, rooms, time } => {
                setup.connect(setup.plan(self.sockets, rooms)).await?;
                setup.warm_up().await?;
                Ok(suite::fan_out_row(&FanOut { pace, warm_up: WARM_UP, time }.run(&mut setup).await?))
            }
            Load::Idle => Ok(suite::idle_row(&idle(&mut setup, self.sockets).await?)),
        }
    }

    /// A line for each server that was measured from two builds: how far each median moved.
    fn changes(&self, table: &Table) -> String {
        let pairs = self.peers.iter().filter(|peer| peer.is_ours() && self.before.is_some());
        let lines = pairs.map(|&peer| {
            let figure = |is_before, title| table.figure(&Turn { peer, is_before }.name(), title);
            let columns = table.columns.iter().filter_map(|column| {
                let change = figure(false, column.title)? / figure(true, column.title)? - 1.0;
                change.is_finite().then(|| format!("{} {:+.1} %", column.title, change * 100.0))
            });
            format!("\n{}, against before: {}\n", peer.name(), columns.collect::<Vec<_>>().join(", "))
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::titles;

    fn one(before: Option<&str>) -> One {
        let peers = vec![Peer::OursPubsub, Peer::BareTcp];
        One { peers, sockets: 10, load: Load::Idle, rounds: 2, before: before.map(PathBuf::from) }
    }

    #[test]
    fn alternates_which_build_goes_first() {
        let names: Vec<_> = one(Some("/before")).turns().into_iter().map(Turn::name).collect();
        let [before, now] = ["Catamaran, Redis pubsub, before", "Catamaran, Redis pubsub"];
        assert_eq!(names, [before, now, "bare TCP", now, before, "bare TCP"]);
        assert_eq!(one(None).turns().len(), 4);
    }

    #[test]
    fn says_how_far_each_median_moved() {
        let one = one(Some("/before"));
        let mut table = one.table();
        table.add("Catamaran, Redis pubsub, before", Ok(vec![10.0, 1000.0, 50.0, 0.0]));
        table.add("Catamaran, Redis pubsub", Ok(vec![10.1, 990.0, 50.0, 0.0]));
        let changes = one.changes(&table);
        assert!(changes.contains(&format!("{} +1.0 %, {} -1.0 %", titles::KIB, titles::HANDSHAKES)), "{changes}");
        assert!(!changes.contains("NaN"), "a change from nothing is no percentage: {changes}");
    }

    #[test]
    fn refuses_a_folder_without_programs() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let fault = one(folder.path().to_str()).check().expect_err("the folder is empty").to_string();
        assert!(fault.contains("no program `chat`") && fault.contains("cargo build --release -p bench"), "{fault}");
        let peers = vec![Peer::BareTcp];
        let fault = One { peers, ..one(folder.path().to_str()) }.check().expect_err("no server of ours").to_string();
        assert!(fault.contains("ours-pubsub"), "{fault}");
    }
}
