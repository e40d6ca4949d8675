//! Logs a wrong clock of the machine.

use store::Timestamp;

/// A larger difference is logged, in milliseconds.
const NAMED_MS: i64 = 1_000;
/// With a smaller difference the clock agrees again.
const AGREES_MS: i64 = 500;

/// Remembers the last log line about the machine's clock.
#[derive(Debug, Default)]
pub(super) struct Skew {
    /// The machine's clock was this far ahead, in milliseconds; 0 if it agreed.
    named: i64,
}

/// A change that the log reports.
#[derive(Debug, PartialEq, Eq)]
enum Notice {
    Off,
    Agrees,
    Nothing,
}

impl Skew {
    /// Compares the machine's clock with the database's.
    pub(super) fn of_database(&mut self, machine: Timestamp, database: Timestamp) {
        match self.notice(machine - database) {
            Notice::Off => log::warn!(
                "this machine's clock is {} the database's ({} here, {} there): this process goes by the database's, and only its log \
                 has this machine's times; set this machine's clock by NTP (timedatectl set-ntp true)",
                distance(machine - database),
                shown(machine),
                shown(database)
            ),
            Notice::Agrees => log::info!("this machine's clock agrees with the database's again"),
            Notice::Nothing => {}
        }
    }

    /// Compares the machine's clock with what it was expected to show.
    pub(super) fn of_machine(&mut self, machine: Timestamp, expected: Timestamp) {
        match self.notice(machine - expected) {
            Notice::Off => log::warn!(
                "this machine's clock was set while this process runs, and is {} its time ({} now, {} expected): the process \
                 moves to the new time slowly, so that no deadline jumps; keep the clock by NTP (timedatectl set-ntp true)",
                distance(machine - expected),
                shown(machine),
                shown(expected)
            ),
            Notice::Agrees => log::info!("this process has this machine's new time"),
            Notice::Nothing => {}
        }
    }

    /// Logged once, and again if the difference has grown much or changed its sign.
    fn notice(&mut self, ahead: i64) -> Notice {
        if ahead.abs() < AGREES_MS && self.named != 0 {
            self.named = 0;
            return Notice::Agrees;
        }
        let is_worse = ahead.abs() > NAMED_MS + self.named.abs() * 3 / 2;
        let is_other_way = ahead.signum() * self.named.signum() < 0;
        if ahead.abs() > NAMED_MS && (self.named == 0 || is_worse || is_other_way) {
            self.named = ahead;
            return Notice::Off;
        }
        Notice::Nothing
    }
}

/// `20.0 s ahead of`.
fn distance(ahead: i64) -> String {
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    let (seconds, tenths) = (ahead.abs() / 1_000, ahead.abs() % 1_000 / 100);
    format!("{seconds}.{tenths} s {side}")
}

/// A readable time.
fn shown(time: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(time).map_or_else(|_| time.to_string(), |time| format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_a_wrong_clock_once_and_again_after_a_large_change() {
        let mut skew = Skew::default();
        let notices = [0, 900, 1_001, 1_500, -1_200, -20_000, -20_400, -120_000, -90_000, -600, -400, -400, 120_000];
        let expected = [
            Notice::Nothing,
            Notice::Nothing,
            Notice::Off,
            Notice::Nothing,
            Notice::Off,
            Notice::Off,
            Notice::Nothing,
            Notice::Off,
            Notice::Nothing,
            Notice::Nothing,
            Notice::Agrees,
            Notice::Nothing,
            Notice::Off,
        ];
        assert_eq!(notices.map(|ahead| skew.notice(ahead)), expected);
    }

    #[test]
    fn logs_both_times_readably() {
        assert_eq!(shown(1_800_000_000_123), "2027-01-15T08:00:00.123Z");
        assert_eq!((distance(20_049), distance(-1_999)), ("20.0 s ahead of".to_owned(), "1.9 s behind".to_owned()));
    }
}
