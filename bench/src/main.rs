//! `bench short`, `bench full`, `bench one`: see the crate's README.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use bench::{
    charts::{self, RUN},
    goals, guard,
    one::{Load, One},
    peers::Peer,
    run::Run,
    scenario::Pace,
    server::Core,
    suite::{MAX_SOCKETS, Report, Suite},
};
use clap::{Parser, Subcommand, ValueEnum as _};

/// Measures the socket server and the pages beside other servers, in one run.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every table once, for a few seconds each, without Django: some minutes
    Short,
    /// Every table in three long runs with all servers: more than an hour; writes the tables and their charts
    Full {
        /// How often everything is measured
        #[arg(long, default_value = "3")]
        runs: usize,
        /// How often fan-out, idle sockets and requests are measured in each run; the servers take turns
        #[arg(long, default_value = "3")]
        rounds: usize,
        /// Seconds that each measurement takes
        #[arg(long, default_value = "4")]
        seconds: u64,
        /// Markdown file; the lines between <!-- tables --> and <!-- /tables --> are replaced
        #[arg(long, default_value = "docs/performance.md")]
        file: PathBuf,
    },
    /// Draws the charts of the run whose tables a document has; `full` does so too
    Charts {
        /// The document; the charts go into the folder `charts` beside it
        #[arg(long, default_value = "docs/performance.md")]
        file: PathBuf,
    },
    /// Counts instructions for a delivery; fails if they exceed their bound
    Guard {
        /// A folder for callgrind's files, to read with callgrind_annotate
        #[arg(long)]
        keep: Option<PathBuf>,
    },
    /// Some servers under one load; with --before, two builds of ours side by side
    One {
        /// The servers
        #[arg(required = true)]
        peers: Vec<Peer>,
        /// Opens idle sockets, and measures handshakes and memory, in place of messages
        #[arg(long, conflicts_with_all = ["rooms", "rate", "in_flight", "seconds"])]
        idle: bool,
        /// Sockets for each server
        #[arg(long, default_value = "1000")]
        sockets: usize,
        /// Rooms over which the sockets are spread
        #[arg(long, default_value = "1")]
        rooms: usize,
        /// Messages a second; without it, as many as the server carries
        #[arg(long)]
        rate: Option<f64>,
        /// Messages under way if there is no rate
        #[arg(long, default_value = "4")]
        in_flight: usize,
        /// Seconds that are measured
        #[arg(long, default_value = "5")]
        seconds: u64,
        /// How often each server is measured; they take turns
        #[arg(long, default_value = "1")]
        rounds: usize,
        /// The folder target/release of another commit; Catamaran is then measured from both builds
        #[arg(long)]
        before: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Into::into).and_then(|runtime| {
        Core::Other.pin_thread()?;
        runtime.block_on(run(args))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the tables are this program's output")]
async fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Short => {
            let peers = Peer::value_variants().iter().copied().filter(|peer| !peer.is_django()).collect();
            let suite =
                Suite { peers, django: false, runs: 1, rounds: 1, time: Duration::from_secs(3), max_sockets: MAX_SOCKETS };
            println!("{}", markdown(&suite.run().await));
        }
        Command::Full { runs, rounds, seconds, file } => {
            let peers = Peer::value_variants().to_vec();
            let suite = Suite { peers, django: true, runs, rounds, time: Duration::from_secs(seconds), max_sockets: MAX_SOCKETS };
            let run = Run::here();
            let text = format!("{}\n\n{}", description(&run, &suite), markdown(&suite.run().await));
            println!("{text}");
            bench::document::write(&file, &text)?;
            draw(&file)?;
        }
        Command::Charts { file } => draw(&file)?,
        Command::Guard { keep } => {
            for (peer, expected) in guard::EXPECTED {
                let counted = guard::instructions(peer, keep.as_deref()).await?;
                println!("{}: {counted} instructions for a delivery, {expected} are expected", peer.name());
                guard::check(peer, counted, expected)?;
            }
        }
        Command::One { peers, idle, sockets, rooms, rate, in_flight, seconds, rounds, before } => {
            let pace = rate.map_or(Pace::InFlight(in_flight), Pace::PerSecond);
            let fan_out = Load::FanOut { pace, rooms, time: Duration::from_secs(seconds) };
            let load = if idle { Load::Idle } else { fan_out };
            println!("{}", One { peers, sockets, load, rounds, before }.run().await?);
        }
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "the tables are this program's output")]
fn draw(document: &Path) -> anyhow::Result<()> {
    let count = charts::draw_all(document)?;
    eprintln!("{count} charts drawn beside {}", document.display());
    Ok(())
}

/// The run, and how the tables were made.
fn description(run: &Run, suite: &Suite) -> String {
    let Suite { runs, rounds, time, .. } = suite;
    format!(
        "{RUN}{run}\n\nEach measurement took {} s. Fan-out, idle sockets and requests were measured {} times (Django's sockets {runs}), the \
         rest {runs}. Where there is a range, the figure is the median. A machine's speed varies: figures whose ranges overlap are undecided.",
        time.as_secs(),
        runs * rounds,
    )
}

/// The goals and the tables.
fn markdown(report: &Report) -> String {
    let tables: Vec<_> = report.tables.iter().filter(|table| !table.rows.is_empty()).map(|table| table.markdown()).collect();
    format!("{}\n{}", goals::markdown(&goals::goals(report, MAX_SOCKETS)), tables.join("\n"))
}
