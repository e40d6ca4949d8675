//! Ticks at a fixed rate, exact to some ten microseconds. tokio's timer has a resolution of a millisecond, longer than most answers take.
//! So a thread sleeps and sends the ticks.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Sends ticks for `time` from now, each as the moment at which it was due. Dropping the receiver stops them.
///
/// # Errors
/// `per_second` is no positive number, or the system refuses the thread.
pub(super) fn ticks(per_second: f64, time: Duration) -> anyhow::Result<UnboundedReceiver<Instant>> {
    let interval = Duration::try_from_secs_f64(per_second.recip()).context("a rate is a positive number")?;
    let (sender, receiver) = unbounded_channel();
    let begin = Instant::now();
    let dues = (0u32..).map(move |tick| begin + interval * tick).take_while(move |due| *due < begin + time);
    thread::Builder::new().name("ticker".to_owned()).spawn(move || {
        for due in dues {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if sender.send(due).is_err() {
                return;
            }
        }
    })?;
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ticks_when_due_and_stops() {
        let mut ticks = ticks(1000.0, Duration::from_millis(20)).unwrap();
        let mut dues = Vec::new();
        while let Some(due) = ticks.recv().await {
            assert!(due <= Instant::now(), "none comes early");
            dues.push(due);
        }
        assert_eq!(dues.len(), 20);
        assert!(dues.windows(2).all(|pair| pair[1] - pair[0] == Duration::from_millis(1)));
    }

    #[test]
    fn refuses_a_rate_that_is_not_positive() {
        for rate in [0.0, -1.0, f64::NAN] {
            assert!(ticks(rate, Duration::from_secs(1)).is_err(), "{rate}");
        }
    }
}
