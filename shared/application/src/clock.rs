//! The time as an argument. Servers follow the database's: see [`crate::start`].

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use store::Timestamp;

/// The source of the time in Unix milliseconds: the database, the machine, or a test.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's own time, which jumps if it is set.
    pub fn system() -> Self {
        Self::new(machine_time)
    }

    /// For a channel layer, which sends this time to other processes.
    pub(crate) fn of_layer(&self) -> catamaran::Clock {
        let clock = self.clone();
        catamaran::Clock::with_wall(move || UNIX_EPOCH + Duration::from_millis(u64::try_from(clock.now()).unwrap_or_default()))
    }

    /// A test's own time.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Unix milliseconds, now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// The machine's time, in Unix milliseconds.
pub(crate) fn machine_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
