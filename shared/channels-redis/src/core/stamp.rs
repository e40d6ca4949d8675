//! Times of sending. Redis sorts messages by them.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A time in the format of `channels_redis`: seconds since 1970 with a fraction, here of six digits.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct Stamp(u64);

impl Stamp {
    /// Truncates `time` to the microsecond.
    pub(super) fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
    }

    /// Returns an earlier time.
    pub(super) fn before(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(by.as_micros()).unwrap_or(u64::MAX)))
    }

    /// Returns the time as a score of Redis.
    pub(super) fn seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// A clock that is set back by more than this is followed. Otherwise messages would carry a time far in the future for as long.
const SET_BACK: u64 = 1_000_000;

/// Gives each message of a process a later time than the one before. Redis would sort equal scores by their random bytes.
#[derive(Debug, Default)]
pub(super) struct Stamps(AtomicU64);

impl Stamps {
    /// Returns the time for a message that is sent at `now`.
    pub(super) fn next(&self, now: SystemTime) -> Stamp {
        let now = Stamp::of(now).0;
        let after = |last: u64| if last > now.saturating_add(SET_BACK) { now } else { now.max(last + 1) };
        let last = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
        Stamp(after(last.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_rise_even_if_the_clock_stops_or_goes_back_a_little() {
        let (stamps, now) = (Stamps::default(), UNIX_EPOCH + Duration::from_micros(1_800_000_000_000_007));
        let given: Vec<_> = [now, now, now - Duration::from_millis(900)].map(|at| stamps.next(at).to_string()).into();
        assert_eq!(given, ["1800000000.000007", "1800000000.000008", "1800000000.000009"]);
        assert_eq!(given[2].parse::<f64>().unwrap(), Stamp(1_800_000_000_000_009).seconds());
        assert_eq!(stamps.next(now - Duration::from_secs(3_600)).to_string(), "1799996400.000007", "the clock was set back");
    }
}
