//! A histogram of durations.

use std::time::Duration;

use prometheus_client::{metrics::histogram::Histogram, registry::Registry};

/// Upper bounds in seconds: from a message on one machine to something that hangs.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// A histogram of durations. Cheap to clone; clones share it.
#[derive(Debug, Clone)]
pub struct Durations(Histogram);

impl Durations {
    /// Counts a duration.
    pub fn observe(&self, duration: Duration) {
        self.0.observe(duration.as_secs_f64());
    }

    pub(crate) fn register(&self, name: &str, help: &str, registry: &mut Registry) {
        registry.register(name, help, self.0.clone());
    }
}

impl Default for Durations {
    fn default() -> Self {
        Self(Histogram::new(BUCKETS))
    }
}
