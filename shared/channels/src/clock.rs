//! Time as an argument.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

/// Where a layer reads the time from: the machine, or a test's own hand.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Moment + Send + Sync>);

/// What both kinds of clock show at once.
#[derive(Clone, Copy, Debug)]
struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Clock {
    /// The machine's clocks.
    pub fn system() -> Self {
        Self(Arc::new(|| Moment { monotonic: now(), wall: SystemTime::now() }))
    }

    /// The machine's monotonic clock, and another time of day: of processes whose machines disagree about it.
    pub fn with_wall(wall: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || Moment { monotonic: now(), wall: wall() }))
    }

    /// Now, for what lasts: it never goes back.
    pub fn now(&self) -> Instant {
        (self.0)().monotonic
    }

    /// Now, for what other processes are told: as exact as the machine's clock is set.
    pub fn wall(&self) -> SystemTime {
        (self.0)().wall
    }
}

/// tokio's, so that it stops where a test has paused the time.
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

/// A clock that stands still until a test moves it.
#[derive(Clone, Debug)]
pub struct ManualClock {
    start: Moment,
    passed_ms: Arc<AtomicU64>,
    set_back_ms: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that stands at some moment.
    #[expect(clippy::new_without_default, reason = "two of them are not equal: each starts at its own moment")]
    pub fn new() -> Self {
        Self {
            start: Moment { monotonic: Instant::now(), wall: SystemTime::now() },
            passed_ms: Arc::default(),
            set_back_ms: Arc::default(),
        }
    }

    /// Lets `by` pass.
    pub fn advance(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.passed_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the wall clock back; what lasts is not touched.
    pub fn set_back(&self, by: Duration) {
        self.set_back_ms.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// The clock to hand to a layer.
    pub fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock(Arc::new(move || {
            let passed = Duration::from_millis(hands.passed_ms.load(Ordering::SeqCst));
            let set_back = Duration::from_millis(hands.set_back_ms.load(Ordering::SeqCst));
            Moment { monotonic: hands.start.monotonic + passed, wall: hands.start.wall + passed - set_back }
        }))
    }
}
