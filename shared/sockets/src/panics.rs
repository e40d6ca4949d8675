//! Panics in a team's code: each ends one socket or one event, never the worker thread.

use catamaran::LogThrottle;

use crate::counters::Counters;

/// Counts and logs a panic of the code behind `path`. The panic's own text is on standard error.
pub(crate) fn note(counters: &Counters, path: &str, outcome: &str) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    counters.panics.add(1);
    if let Some(suppressed) = THROTTLE.pass() {
        log::error!("{path}: {outcome}; standard error says where{suppressed}");
    }
}
