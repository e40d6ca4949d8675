//! Formats numbers, times and lines for people.

use std::time::{Duration, SystemTime};

pub(crate) use catamaran_boot::findings::{count, wrapped};

/// `0.08 ms`, `12 ms`, `4.2 s`, `90 s`, `12 min`, `5 h`, `3 days`.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        _ if time.is_zero() => "0 s".to_owned(), // Redis gives ages in whole seconds
        _ if seconds < 0.01 => format!("{:.2} ms", seconds * 1e3),
        _ if seconds < 1.0 => format!("{:.0} ms", seconds * 1e3),
        _ if seconds < 10.0 => format!("{seconds:.1} s"),
        _ if seconds < 120.0 => format!("{seconds:.0} s"),
        _ if seconds < 7_200.0 => format!("{:.0} min", seconds / 60.0),
        _ if seconds < 172_800.0 => format!("{:.0} h", seconds / 3_600.0),
        _ => format!("{:.0} days", seconds / 86_400.0),
    }
}

/// The time from `then` to `now`. Zero if another machine's clock put `then` into the future.
pub(crate) fn since(then: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(then).unwrap_or_default()
}

/// `512 B`, `20 KiB`, `1.5 MiB`.
pub(crate) fn bytes(number: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let mut value = number as f64;
    if number < 1_024 {
        return format!("{number} B");
    }
    let mut unit = "B";
    for larger in units {
        if value < 1_024.0 {
            break;
        }
        (value, unit) = (value / 1_024.0, larger);
    }
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// `2026-11-22T19:26:38.123Z`.
pub(crate) fn timestamp(time: SystemTime) -> String {
    // Only a time thousands of years away fails.
    jiff::Timestamp::try_from(time).map_or_else(|_| "-".to_owned(), |time| format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn formats_spans() {
        for (ms, text) in [
            (0.0, "0 s"),
            (0.08, "0.08 ms"),
            (12.3, "12 ms"),
            (4_200.0, "4.2 s"),
            (90_000.0, "90 s"),
            (720_000.0, "12 min"),
            (18e6, "5 h"),
            (26e7, "3 days"),
        ] {
            assert_eq!(span(Duration::from_secs_f64(ms / 1e3)), text);
        }
    }

    #[test]
    fn formats_sizes() {
        for (number, text) in [(0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (20 << 20, "20 MiB"), (3 << 40, "3.0 TiB")] {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn formats_times() {
        assert_eq!(timestamp(UNIX_EPOCH + Duration::from_millis(1_800_000_000_120)), "2027-01-15T08:00:00.120Z");
    }
}
