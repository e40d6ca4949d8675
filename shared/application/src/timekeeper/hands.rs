//! A monotonic clock and its distance from another one.

use std::sync::atomic::{AtomicI64, Ordering};

use store::Timestamp;

/// The time stands still for a smaller correction backwards. For a larger one it goes back: the other clock was set back, and processes
/// that start now have its new time.
const STAND_STILL_MS: i64 = 10_000;
/// A machine whose clock has jumped farther has slept, or had no time before: it is followed at once.
const JUMP_MS: i64 = 5 * 60 * 1_000;
/// How far one correction moves towards a machine's new time at most.
const STEP_MS: i64 = 500;

/// A time of another clock, read between two moments of the monotonic one, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) time: Timestamp,
    pub(super) before: i64,
    pub(super) after: i64,
}

impl Reading {
    /// How inexact it is.
    pub(super) fn width(&self) -> i64 {
        self.after - self.before
    }

    /// Between these lies the distance, with what rounding to milliseconds takes.
    fn bounds(&self) -> (i64, i64) {
        (self.time - self.after - 1, self.time - self.before + 1)
    }
}

/// Shows the monotonic clock plus its distance from the other one.
#[derive(Debug)]
pub(super) struct Hands {
    distance: AtomicI64,
    /// The last time that was returned: the time does not go back.
    latest: AtomicI64,
}

impl Hands {
    /// `time` is now, at which the monotonic clock begins.
    pub(super) fn at(time: Timestamp) -> Self {
        Self { distance: AtomicI64::new(time), latest: AtomicI64::new(i64::MIN) }
    }

    /// The time, where so many monotonic milliseconds have passed.
    pub(super) fn read(&self, passed: i64) -> Timestamp {
        let now = self.distance.load(Ordering::Relaxed).saturating_add(passed);
        self.latest.fetch_max(now, Ordering::Relaxed).max(now)
    }

    /// The first reading: the answer is taken to be of half the way.
    pub(super) fn begin(&self, reading: Reading) {
        let (least, most) = reading.bounds();
        self.distance.store(i64::midpoint(least, most), Ordering::Relaxed);
        self.latest.store(i64::MIN, Ordering::Relaxed);
    }

    /// Moves as little as the reading demands, so that the time does not flicker with the network.
    pub(super) fn follow(&self, reading: Reading, passed: i64) {
        let (least, most) = reading.bounds();
        self.correct(self.distance.load(Ordering::Relaxed).clamp(least, most), passed);
    }

    /// Moves towards a machine's time, slowly: a deadline comes a tenth earlier or later at most.
    pub(super) fn approach(&self, machine: Timestamp, passed: i64) {
        let distance = self.distance.load(Ordering::Relaxed);
        let off = machine - (distance + passed);
        let step = if off.abs() > JUMP_MS { off } else { off.clamp(-STEP_MS, STEP_MS) };
        self.correct(distance + step, passed);
    }

    fn correct(&self, distance: i64, passed: i64) {
        self.distance.store(distance, Ordering::Relaxed);
        let now = distance.saturating_add(passed);
        if self.latest.load(Ordering::Relaxed) > now + STAND_STILL_MS {
            self.latest.store(now, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = 1_800_000_000_000;

    fn reading(time: Timestamp, before: i64, after: i64) -> Reading {
        Reading { time, before, after }
    }

    #[test]
    fn the_first_answer_is_of_half_the_way() {
        let hands = Hands::at(NOON + 120_000);
        assert_eq!(hands.read(0), NOON + 120_000);
        hands.begin(reading(NOON, 40, 60));
        assert_eq!(hands.read(60), NOON + 10, "nothing was served by the machine's time yet");
    }

    #[test]
    fn an_inexact_answer_moves_nothing() {
        let hands = Hands::at(0);
        hands.begin(reading(NOON, 0, 0));
        let before = hands.read(5_000);
        hands.follow(reading(NOON + 5_400, 4_000, 9_000), 9_000);
        assert_eq!(hands.read(5_000), before);
        hands.follow(reading(NOON + 10_001, 10_000, 10_002), 10_002);
        assert_eq!(hands.read(10_002), NOON + 10_002);
    }

    #[test]
    fn a_database_that_is_ahead_is_followed_at_once() {
        let hands = Hands::at(NOON);
        hands.begin(reading(NOON, 0, 0));
        hands.follow(reading(NOON + 65_000, 5_000, 5_000), 5_000);
        assert!((NOON + 64_999..=NOON + 65_000).contains(&hands.read(5_000)));
    }

    #[test]
    fn a_small_correction_backwards_lets_the_time_stand_still() {
        let hands = Hands::at(NOON);
        hands.begin(reading(NOON, 0, 0));
        let shown = hands.read(10_000);
        hands.follow(reading(NOON + 8_000, 10_000, 10_000), 10_000);
        for passed in [10_000, 11_000, 11_900] {
            assert_eq!(hands.read(passed), shown);
        }
        assert!(hands.read(13_000) > shown);
        assert!(hands.read(13_000) <= NOON + 11_001);
    }

    #[test]
    fn a_database_that_was_put_back_far_is_followed() {
        let hands = Hands::at(NOON);
        hands.begin(reading(NOON, 0, 0));
        hands.read(1_000);
        hands.follow(reading(NOON - 3_600_000, 1_000, 1_000), 1_000);
        assert!(hands.read(1_000) <= NOON - 3_600_000 + 1);
    }

    #[test]
    fn a_machine_whose_clock_jumps_is_approached_slowly() {
        for jump in [120_000, -120_000] {
            let hands = Hands::at(NOON);
            let (mut passed, mut last) = (0, hands.read(0));
            for _ in 0..300 {
                passed += 5_000;
                hands.approach(NOON + jump + passed, passed);
                let now = hands.read(passed);
                assert!((4_500..=5_500).contains(&(now - last)), "{}", now - last);
                last = now;
            }
            assert_eq!(last, NOON + jump + passed);
        }
    }

    #[test]
    fn a_machine_that_has_slept_is_followed_at_once() {
        let hands = Hands::at(NOON);
        hands.approach(NOON + 8 * 3_600_000, 1_000);
        assert_eq!(hands.read(1_000), NOON + 8 * 3_600_000);
    }
}
