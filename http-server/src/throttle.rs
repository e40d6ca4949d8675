//! Token buckets for client addresses.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{PoisonError, RwLock},
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};

use crate::limits::{ADDRESSES, CREATIONS, READS, WRITES};

/// What a request does, as far as its rate is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Reads.
    Read,
    /// Changes something.
    Write,
    /// Makes rows that stay: users, sessions, rooms.
    Create,
}

/// The rates of every client address, shared by all workers of the process.
pub(crate) struct Throttle {
    reads: Table<DefaultClock>,
    writes: Table<DefaultClock>,
    creations: Table<DefaultClock>,
}

impl Throttle {
    pub(crate) fn new() -> Self {
        let table = |quota| Table::new(quota, DefaultClock::default(), ADDRESSES);
        Self { reads: table(READS), writes: table(WRITES), creations: table(CREATIONS) }
    }

    /// Takes one from the client's allowance; else says after how many seconds there is one again.
    pub(crate) fn check(&self, client: Option<IpAddr>, effort: Effort) -> Result<(), u64> {
        let table = match effort {
            Effort::Read => &self.reads,
            Effort::Write => &self.writes,
            Effort::Create => &self.creations,
        };
        table.check(client)
    }
}

type Limiter<C> = RateLimiter<Key, HashMapStateStore<Key>, C, NoOpMiddleware<<C as Clock>::Instant>>;

struct Table<C: Clock + Clone> {
    quota: Quota,
    clock: C,
    max: usize,
    limiter: RwLock<Limiter<C>>,
}

impl<C: Clock + Clone> Table<C> {
    fn new(quota: Quota, clock: C, max: usize) -> Self {
        let limiter = RwLock::new(limiter(quota, &clock));
        Self { quota, clock, max, limiter }
    }

    fn check(&self, client: Option<IpAddr>) -> Result<(), u64> {
        self.make_room();
        let limiter = self.limiter.read().unwrap_or_else(PoisonError::into_inner);
        limiter.check_key(&Key::of(client)).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            // Rounded up: told to come back a moment too early, a client is refused again.
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }

    /// Keeps memory bounded. First whoever has a full allowance is forgotten. Where that is not enough, everybody is: one who
    /// has that many addresses to ask from gains next to nothing by it, and nobody is locked out.
    fn make_room(&self) {
        {
            let limiter = self.limiter.read().unwrap_or_else(PoisonError::into_inner);
            if limiter.len() < self.max {
                return;
            }
            limiter.retain_recent();
            if limiter.len() < self.max {
                return;
            }
        }
        let mut limiter = self.limiter.write().unwrap_or_else(PoisonError::into_inner);
        if limiter.len() >= self.max {
            log::warn!("more than {} client addresses ask at once: their rates start anew", self.max);
            *limiter = self::limiter(self.quota, &self.clock);
        }
    }
}

fn limiter<C: Clock + Clone>(quota: Quota, clock: &C) -> Limiter<C> {
    RateLimiter::new(quota, HashMapStateStore::default(), clock.clone())
}

/// Whose allowance it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// An IPv4 address, or the /64 of an IPv6 one: that is the least that one customer is given.
    Net(IpAddr),
    /// Unix socket, no address known.
    Local,
}

impl Key {
    fn of(client: Option<IpAddr>) -> Self {
        match client {
            None => Self::Local,
            Some(IpAddr::V4(addr)) => Self::Net(addr.into()),
            Some(IpAddr::V6(addr)) => Self::Net(Ipv6Addr::from_bits(addr.to_bits() >> 64 << 64).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, time::Duration};

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn table(max: usize) -> (Table<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let two = NonZeroU32::new(2).unwrap();
        let quota = Quota::with_period(Duration::from_millis(1500)).unwrap().allow_burst(two);
        (Table::new(quota, clock.clone(), max), clock)
    }

    fn v4(last: u8) -> Option<IpAddr> {
        Some([192, 0, 2, last].into())
    }

    #[test]
    fn the_wait_is_rounded_up_and_then_long_enough() {
        let (table, clock) = table(10);
        assert_eq!([table.check(v4(1)), table.check(v4(1)), table.check(v4(1))], [Ok(()), Ok(()), Err(2)]);
        assert_eq!(table.check(v4(2)), Ok(()), "another address has its own allowance");
        clock.advance(Duration::from_secs(2));
        assert_eq!(table.check(v4(1)), Ok(()));
    }

    #[test]
    fn one_ipv6_customer_has_one_allowance() {
        let (table, _) = table(10);
        let check = |addr: &str| table.check(addr.parse().ok());
        assert_eq!(check("2001:db8::1"), Ok(()));
        assert_eq!(check("2001:db8::2"), Ok(()));
        assert!(check("2001:db8::ffff:3").is_err());
        assert_eq!(check("2001:db8:0:1::1"), Ok(()));
    }

    #[test]
    fn the_table_stays_within_its_bound() {
        let (table, clock) = table(10);
        let len = || table.limiter.read().unwrap().len();
        for last in 0..=255 {
            assert_eq!(table.check(v4(last)), Ok(()), "a flood of addresses locks nobody out");
            assert!(len() <= 10, "{}", len());
        }
        clock.advance(Duration::from_secs(60));
        for last in 0..10 {
            assert_eq!(table.check(v4(last)), Ok(()));
        }
        assert!(len() <= 10);
    }
}
