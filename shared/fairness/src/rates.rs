//! A token bucket for each key.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

/// How many keys one [`Rates`] remembers at most: some 5 MB.
const KEYS: usize = 50_000;

/// How often something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How often at once; at least 1.
    pub burst: u32,
    /// The time after which it may be done once more, in milliseconds; at least 1.
    pub every_ms: u32,
}

impl Rate {
    fn every_s(&self) -> f64 {
        f64::from(self.every_ms) / 1_000.0
    }
}

/// The allowance is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too fast: {} at once and 1 more every {} s are taken; try again in {} s", .rate.burst, .rate.every_s(), self.retry_seconds())]
pub struct TooFast {
    /// The rate that was exceeded.
    pub rate: Rate,
    /// The time until it may be done again, in milliseconds.
    pub retry_ms: u32,
}

impl TooFast {
    /// The time until it may be done again in whole seconds, rounded up: a client that comes a moment too early is refused again.
    pub fn retry_seconds(&self) -> u32 {
        self.retry_ms.div_ceil(1_000)
    }
}

/// The allowances of all keys.
#[derive(Debug)]
pub struct Rates<K> {
    rate: Rate,
    max: usize,
    /// For each key the time at which its allowance is full again.
    full_at: Mutex<HashMap<K, i64>>,
}

impl<K: Eq + Hash> Rates<K> {
    /// Full allowances for all keys.
    pub fn new(rate: Rate) -> Self {
        Self { rate, max: KEYS, full_at: Mutex::default() }
    }

    /// Takes one from the allowance of `key`; `now` is in milliseconds since any fixed moment.
    ///
    /// # Errors
    /// [`TooFast`]: the allowance is used up, and nothing was taken.
    pub fn take(&self, key: K, now: i64) -> Result<(), TooFast> {
        let Rate { burst, every_ms } = self.rate;
        let (every, most) = (i64::from(every_ms.max(1)), i64::from(burst.max(1)) * i64::from(every_ms.max(1)));
        // A panic elsewhere leaves the map whole: it is changed in one step.
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was put back must not lock a user out until it has caught up.
        let from = full_at.get(&key).map_or(now, |&at| at.clamp(now, now + most));
        let late = from + every - (now + most);
        if late > 0 {
            return Err(TooFast { rate: self.rate, retry_ms: u32::try_from(late).unwrap_or(u32::MAX) });
        }
        make_room(&mut full_at, self.max, now);
        full_at.insert(key, from + every);
        Ok(())
    }
}

/// Keeps memory bounded: forgets full allowances, and all of them where that frees less than half.
fn make_room<K: Eq + Hash>(full_at: &mut HashMap<K, i64>, max: usize, now: i64) {
    if full_at.len() < max {
        return;
    }
    full_at.retain(|_, at| *at > now);
    if full_at.len() > max / 2 {
        full_at.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 3, every_ms: 500 };

    #[test]
    fn takes_a_burst_and_then_one_for_each_period() {
        let rates = Rates::new(RATE);
        for _ in 0..3 {
            assert_eq!(rates.take(1, 1_000), Ok(()));
        }
        assert_eq!(rates.take(1, 1_000), Err(TooFast { rate: RATE, retry_ms: 500 }));
        assert_eq!(rates.take(1, 1_200).unwrap_err().retry_ms, 300);
        assert_eq!(rates.take(1, 1_499).unwrap_err().retry_ms, 1, "a refusal costs nothing");
        assert_eq!(rates.take(1, 1_500), Ok(()));
        assert!(rates.take(1, 1_500).is_err());
        for _ in 0..3 {
            assert_eq!(rates.take(1, 60_000), Ok(()), "an allowance fills up to its burst");
        }
        assert!(rates.take(1, 60_000).is_err());
    }

    #[test]
    fn a_clock_set_back_locks_no_key_out() {
        let rates = Rates::new(RATE);
        for _ in 0..3 {
            rates.take(1, 1_000_000).unwrap();
        }
        assert_eq!(rates.take(1, 0).unwrap_err().retry_ms, 500);
    }

    #[test]
    fn a_refusal_names_the_rate_and_the_waiting_time() {
        let refusal = TooFast { rate: RATE, retry_ms: 1_001 };
        assert_eq!(refusal.retry_seconds(), 2);
        assert_eq!(refusal.to_string(), "too fast: 3 at once and 1 more every 0.5 s are taken; try again in 2 s");
    }

    #[test]
    fn memory_stays_bounded_under_a_flood_of_keys() {
        let rates = Rates { max: 10, ..Rates::new(RATE) };
        for key in 0..1_000 {
            assert_eq!(rates.take(key, key), Ok(()), "a flood of keys locks no key out");
            assert!(rates.full_at.lock().unwrap().len() <= 10);
        }
    }
}
