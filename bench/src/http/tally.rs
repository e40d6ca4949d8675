//! Counts the answers to requests.

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use hdrhistogram::Histogram;

/// Above this share of a core, the generator may limit the result.
const MAX_GENERATOR_SHARE: f64 = 0.9;

/// The answers to the requests that were due within the measured time.
#[derive(Clone, Debug)]
pub struct HttpFigures {
    /// Requests that were answered with success.
    pub requests: u64,
    /// Requests that were not.
    pub errors: u64,
    /// The first error.
    pub fault: Option<String>,
    /// Seconds from the first to the last answer.
    pub seconds: f64,
    /// Median latency in microseconds.
    pub p50: u64,
    /// 99th percentile of the latency in microseconds.
    pub p99: u64,
    /// Longest latency in microseconds.
    pub max: u64,
    /// The generator thread's share of a core.
    pub generator: f64,
}

impl HttpFigures {
    /// Checks that all requests were answered with success.
    ///
    /// # Errors
    /// Some were not, so that the latency of the others says little.
    pub fn ensure_success(&self) -> anyhow::Result<()> {
        if self.errors > 0 {
            let all = self.requests + self.errors;
            bail!(
                "{} of {all} requests were not answered with success: {}",
                self.errors,
                self.fault.as_deref().unwrap_or_default()
            );
        }
        Ok(())
    }

    /// Answers a second on average.
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.seconds
    }
}

/// Counts answers within a window of time.
pub(super) struct Tally {
    latency: Histogram<u64>,
    errors: u64,
    fault: Option<String>,
    begun: Instant,
    cpu: Duration,
}

impl Tally {
    /// Begins to count.
    pub(super) fn begin() -> anyhow::Result<Self> {
        // From a microsecond to a minute, to three digits.
        let latency = Histogram::new_with_bounds(1, 60_000_000, 3).context("sound bounds")?;
        Ok(Self { latency, errors: 0, fault: None, begun: Instant::now(), cpu: own_thread()? })
    }

    /// Records the outcome of a request that was due at `due` and has just ended.
    pub(super) fn record(&mut self, due: Instant, outcome: anyhow::Result<()>) {
        match outcome {
            Ok(()) => {
                let micros = u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX);
                self.latency.saturating_record(micros.max(1));
            }
            Err(fault) => {
                self.errors += 1;
                self.fault.get_or_insert_with(|| format!("{fault:#}"));
            }
        }
    }

    /// # Errors
    /// No request was answered, or the generator was the bottleneck.
    pub(super) fn end(self) -> anyhow::Result<HttpFigures> {
        let seconds = self.begun.elapsed().as_secs_f64();
        let generator = (own_thread()? - self.cpu).as_secs_f64() / seconds;
        if self.latency.is_empty() {
            bail!("no request was answered: {}", self.fault.unwrap_or_else(|| "none was sent".to_owned()));
        }
        if generator > MAX_GENERATOR_SHARE {
            bail!(
                "the generator used {:.0} % of a core, so that it may have limited the result: leave this machine to the benchmark",
                generator * 100.0
            );
        }
        Ok(HttpFigures {
            requests: self.latency.len(),
            errors: self.errors,
            fault: self.fault,
            seconds,
            p50: self.latency.value_at_quantile(0.5),
            p99: self.latency.value_at_quantile(0.99),
            max: self.latency.max(),
            generator,
        })
    }
}

/// CPU time of this thread, which sends all requests.
fn own_thread() -> anyhow::Result<Duration> {
    let line = fs::read_to_string("/proc/thread-self/schedstat")
        .context("a thread's CPU time comes from /proc, which this system lacks: run the benchmark on Linux")?;
    let nanos = line.split_ascii_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Ok(Duration::from_nanos(nanos.context("/proc/thread-self/schedstat begins with nanoseconds")?))
}
