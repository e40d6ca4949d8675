//! What it costs, beside its peers, in one run.

use std::{process::ExitCode, time::Duration};

use bench::{
    peers::Peer,
    scenario::{FanOut, Pace, Stage},
};
use clap::{Parser, Subcommand};

/// Measures the socket tier beside its peers.
#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Messages to everybody in one room
    FanOut {
        /// Who is measured
        #[arg(required = true)]
        peers: Vec<Peer>,
        /// How many subscribers
        #[arg(long, default_value = "1000")]
        subscribers: usize,
        /// In how many rooms
        #[arg(long, default_value = "1")]
        rooms: usize,
        /// Messages a second; without it, --in-flight
        #[arg(long)]
        rate: Option<f64>,
        /// Messages under way
        #[arg(long, default_value = "4")]
        in_flight: usize,
        /// Seconds that are measured
        #[arg(long, default_value = "5")]
        seconds: u64,
    },
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(Args::parse()))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "what this program is for")]
async fn run(args: Args) -> anyhow::Result<()> {
    match args.what {
        What::FanOut { peers, subscribers, rooms, rate, in_flight, seconds } => {
            let pace = rate.map_or(Pace::InFlight(in_flight), Pace::PerSecond);
            for peer in peers {
                let mut stage = Stage::start(peer, subscribers).await?;
                let before = stage.server.tree().memory_kib()?;
                let used = stage.used()?[0];
                stage.connect(stage.plan(subscribers, rooms)).await?;
                let handshakes = stage.handshakes.clone();
                let hs_cpu = (stage.used()?[0] - used).as_secs_f64() * 1e6 / subscribers as f64;
                let memory = stage.server.tree().memory_kib()? - before;
                stage.warm_up().await?;
                let fan_out = FanOut { pace, warm_up: Duration::from_secs(1), time: Duration::from_secs(seconds) };
                let figures = fan_out.run(&mut stage).await?;
                let arrivals = &figures.arrivals;
                println!(
                    "{:30} {:6.2} us/delivery, redis {:.3}, {:8.0}/s, generator {:.2}, p50 {} p99 {} max {} us, lost {} repeated {} closed {}; {:.1} KiB, {:?} handshakes, {hs_cpu:.1} us each",
                    peer.name(),
                    figures.server,
                    figures.redis,
                    figures.rate,
                    figures.generator,
                    arrivals.latency.value_at_quantile(0.5),
                    arrivals.latency.value_at_quantile(0.99),
                    arrivals.latency.max(),
                    arrivals.lost,
                    arrivals.repeated,
                    arrivals.closed,
                    memory as f64 / subscribers as f64,
                    handshakes.map(|h| (h.count as f64 / h.seconds) as u64),
                );
            }
        }
    }
    Ok(())
}
