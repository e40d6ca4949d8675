//! The source of time of a layer.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

/// Gives a layer the time: from the machine, or from a test.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Moment + Send + Sync>);

/// The readings of both clocks at one moment.
#[derive(Clone, Copy, Debug)]
struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Clock {
    /// Uses the machine's clocks.
    pub fn system() -> Self {
        Self(Arc::new(|| Moment { monotonic: now(), wall: SystemTime::now() }))
    }

    /// Uses the machine's monotonic clock and `wall` as the time of day. Tests use it for machines whose clocks differ.
    pub fn with_wall(wall: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || Moment { monotonic: now(), wall: wall() }))
    }

    /// The monotonic time, for durations: it never goes back.
    pub fn now(&self) -> Instant {
        (self.0)().monotonic
    }

    /// The time of day, for timestamps that other processes read. It is as exact as the machine's clock.
    pub fn wall(&self) -> SystemTime {
        (self.0)().wall
    }
}

/// Uses tokio's clock, so that a test can pause the time.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A clock that only a test advances.
#[derive(Clone, Debug)]
pub struct ManualClock {
    start: Moment,
    passed_ms: Arc<AtomicU64>,
    set_back_ms: Arc<AtomicU64>,
}

impl ManualClock {
    /// Makes a clock that stands at the current time.
    #[expect(clippy::new_without_default, reason = "two of them are not equal: each starts at its own moment")]
    pub fn new() -> Self {
        Self {
            start: Moment { monotonic: Instant::now(), wall: SystemTime::now() },
            passed_ms: Arc::default(),
            set_back_ms: Arc::default(),
        }
    }

    /// Moves both clocks forward.
    pub fn advance(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.passed_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the time of day back, but not the monotonic clock.
    pub fn set_back(&self, by: Duration) {
        self.set_back_ms.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// Returns the clock for a layer's configuration.
    pub fn clock(&self) -> Clock {
        let state = self.clone();
        Clock(Arc::new(move || {
            let passed = Duration::from_millis(state.passed_ms.load(Ordering::SeqCst));
            let set_back = Duration::from_millis(state.set_back_ms.load(Ordering::SeqCst));
            Moment { monotonic: state.start.monotonic + passed, wall: state.start.wall + passed - set_back }
        }))
    }
}
