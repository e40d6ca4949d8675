//! A limit on log lines that outsiders or an outage can cause by the thousand.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// At most one line is written in this time.
const PERIOD: Duration = Duration::from_secs(10);

/// Lets one log line in ten seconds pass and counts the others. Keep one in a `static` beside the line.
#[derive(Debug)]
pub struct LogThrottle(Mutex<State>);

#[derive(Debug)]
struct State {
    last_pass: Option<Instant>,
    suppressed: u64,
}

/// The number of lines that were suppressed before this one. Displays nothing for zero.
#[derive(Debug, PartialEq, Eq)]
pub struct Suppressed(u64);

impl LogThrottle {
    /// A throttle that lets the first line pass.
    #[expect(clippy::new_without_default, reason = "it is used in statics, where Default cannot be called")]
    pub const fn new() -> Self {
        Self(Mutex::new(State { last_pass: None, suppressed: 0 }))
    }

    /// Returns `Some` if the line may be written. Append the value to the line.
    pub fn pass(&self) -> Option<Suppressed> {
        self.pass_at(Instant::now())
    }

    fn pass_at(&self, now: Instant) -> Option<Suppressed> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.last_pass.is_some_and(|last| now.duration_since(last) < PERIOD) {
            state.suppressed += 1;
            return None;
        }
        state.last_pass = Some(now);
        Some(Suppressed(std::mem::take(&mut state.suppressed)))
    }
}

impl fmt::Display for Suppressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(f, " (and {} more like this)", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_one_line_in_ten_seconds_and_counts_the_others() {
        let (throttle, start) = (LogThrottle::new(), Instant::now());
        let at = |seconds| throttle.pass_at(start + Duration::from_secs(seconds)).map(|suppressed| suppressed.to_string());
        assert_eq!(at(0).as_deref(), Some(""));
        assert_eq!((at(1), at(9)), (None, None));
        assert_eq!(at(10).as_deref(), Some(" (and 2 more like this)"));
    }
}
