//! Unix milliseconds as text, for pages without scripts, which cannot show the visitor's own time zone.

const DAY_MS: i64 = 86_400_000;

/// A moment as `2026-11-22T15:56:23Z`, the form that `<time datetime>` wants.
/// Years outside 0 to 9999 have no such form: they are clamped.
pub(crate) fn iso(unix_ms: i64) -> String {
    // 0000-01-01 and the last second of 9999.
    let unix_ms = unix_ms.clamp(-62_167_219_200_000, 253_402_300_799_999);
    let (year, month, day) = civil(unix_ms.div_euclid(DAY_MS));
    let second = unix_ms.rem_euclid(DAY_MS) / 1000;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The same for people: `2026-11-22 15:56 UTC`.
pub(crate) fn plain(unix_ms: i64) -> String {
    let iso = iso(unix_ms);
    let (date, time) = iso.split_once('T').unwrap_or((&iso, ""));
    let minutes = time.get(..5).unwrap_or_default();
    format!("{date} {minutes} UTC")
}

/// Year, month and day of a count of days since 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last of its year; 400 of them have 146,097 days.
fn civil(days: i64) -> (i64, i64, i64) {
    // 1970-01-01 is day 719,468 after 0000-03-01.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months from March have 31, 30, 31, 30, 31 days over and over: 153 in five.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{iso, plain};

    #[test]
    fn known_moments() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(iso(1_795_363_199_999), "2026-11-22T15:59:59Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59Z");
        assert_eq!(plain(1_795_363_199_999), "2026-11-22 15:59 UTC");
    }

    #[test]
    fn moments_beyond_the_calendar_are_clamped() {
        assert_eq!(iso(i64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(iso(i64::MIN), "0000-01-01T00:00:00Z");
    }
}
