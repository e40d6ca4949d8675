//! Beats at a fixed rate, exact to some ten microseconds: tokio's own timer goes by whole milliseconds, which is longer than most answers
//! take. So a thread sleeps, and tells.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Beats from now on for as long as `time`, each as the moment that it was meant for. Whoever drops the receiver ends them.
///
/// # Errors
/// `per_second` is no positive number, or the system refuses the thread.
pub(super) fn beats(per_second: f64, time: Duration) -> anyhow::Result<UnboundedReceiver<Instant>> {
    let interval = Duration::try_from_secs_f64(per_second.recip()).context("a rate is a positive number")?;
    let (tell, told) = unbounded_channel();
    let begin = Instant::now();
    let dues = (0u32..).map(move |beat| begin + interval * beat).take_while(move |due| *due < begin + time);
    thread::Builder::new().name("metronome".to_owned()).spawn(move || {
        for due in dues {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if tell.send(due).is_err() {
                return;
            }
        }
    })?;
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn beats_come_in_their_time_and_end() {
        let mut beats = beats(1000.0, Duration::from_millis(20)).unwrap();
        let mut dues = Vec::new();
        while let Some(due) = beats.recv().await {
            assert!(due <= Instant::now(), "none comes early");
            dues.push(due);
        }
        assert_eq!(dues.len(), 20);
        assert!(dues.windows(2).all(|pair| pair[1] - pair[0] == Duration::from_millis(1)));
    }

    #[test]
    fn no_rate_is_an_error() {
        for rate in [0.0, -1.0, f64::NAN] {
            assert!(beats(rate, Duration::from_secs(1)).is_err(), "{rate}");
        }
    }
}
