//! Temporary.
use bench::http::row::RowTrial;
use std::time::Duration;
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let a: Vec<String> = std::env::args().collect();
    let rounds = a.get(1).map_or(3, |v| v.parse().unwrap());
    let secs = a.get(2).map_or(3, |v| v.parse().unwrap());
    let django = a.get(3).map(Into::into);
    let t = RowTrial { django, rounds, connections: 32, warm_up: Duration::from_secs(1), time: Duration::from_secs(secs) };
    for f in t.run().await? {
        println!("{:20} cpu {:.1} us {:?} rate {:.0} errors {} p99 {} gen {:.2}", f.name, f.median_cpu(), f.cpu.iter().map(|v| (v*10.0).round()/10.0).collect::<Vec<_>>(), f.median_rate(), f.rounds.iter().map(|r| r.errors).sum::<u64>(), f.rounds[0].p99, f.rounds[0].generator);
        if let Some(x) = &f.rounds[0].fault { println!("  {x}"); }
    }
    Ok(())
}
