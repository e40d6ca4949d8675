//! Token buckets by key: for client addresses, for users.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{PoisonError, RwLock},
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};

/// The most keys in one table; a full one has some 3 MB.
const KEYS: usize = 50_000;

/// The rate of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rate {
    /// The average number in one second.
    pub per_second: NonZeroU32,
    /// The number at once, after a rest.
    pub burst: NonZeroU32,
}

impl Rate {
    /// `per_second` on average and `burst` at once; 0 counts as 1.
    pub const fn new(per_second: u32, burst: u32) -> Self {
        Self { per_second: at_least_one(per_second), burst: at_least_one(burst) }
    }
}

const fn at_least_one(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

/// The key by which limits count a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressKey {
    /// An IPv4 address, or the /64 of an IPv6 one: a provider gives one customer at least that much.
    Net(IpAddr),
    /// No address is known: the client uses a Unix socket.
    Local,
}

impl AddressKey {
    /// The key of a client's address, as [`ClientInfo`](crate::ClientInfo) has it.
    pub fn of(client: Option<IpAddr>) -> Self {
        match client.map(|addr| addr.to_canonical()) {
            None => Self::Local,
            Some(IpAddr::V4(addr)) => Self::Net(addr.into()),
            Some(IpAddr::V6(addr)) => Self::Net(Ipv6Addr::from_bits(addr.to_bits() >> 64 << 64).into()),
        }
    }
}

type Limiter<K, C> = RateLimiter<K, HashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// One token bucket for each key, shared by all workers of a process. Its memory is bounded.
///
/// One lock guards the table. It is taken once for a request or for a client's frame, and never for a delivery.
pub struct RateTable<K: Clone + Hash + Eq, C: Clock + Clone = DefaultClock> {
    quota: Quota,
    clock: C,
    max: usize,
    limiter: RwLock<Limiter<K, C>>,
}

impl<K: Clone + Hash + Eq> RateTable<K> {
    /// A table in which each key has the same `rate`.
    pub fn new(rate: Rate) -> Self {
        Self::with(rate, DefaultClock::default(), KEYS)
    }
}

impl<K: Clone + Hash + Eq, C: Clock + Clone> RateTable<K, C> {
    fn with(rate: Rate, clock: C, max: usize) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        let limiter = RwLock::new(limiter(quota, &clock));
        Self { quota, clock, max, limiter }
    }

    /// Takes one token of the key.
    ///
    /// # Errors
    /// No token is left: the seconds until the next one, rounded up.
    pub fn check(&self, key: &K) -> Result<(), u64> {
        self.make_room();
        let limiter = self.limiter.read().unwrap_or_else(PoisonError::into_inner);
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            // Rounded up: a client that came back a moment too early would be refused again.
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }

    /// Keeps memory bounded. Keys with a full allowance are forgotten first. Where that is not enough, all are: an attacker with
    /// so many addresses gains next to nothing by it, and no client is locked out.
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
            log::warn!("more than {} clients at once: their rates start anew", self.max);
            *limiter = self::limiter(self.quota, &self.clock);
        }
    }
}

fn limiter<K: Clone + Hash + Eq, C: Clock + Clone>(quota: Quota, clock: &C) -> Limiter<K, C> {
    RateLimiter::new(quota, HashMapStateStore::default(), clock.clone())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn table(max: usize) -> (RateTable<AddressKey, FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (RateTable::with(Rate::new(1, 2), clock.clone(), max), clock)
    }

    fn v4(last: u8) -> AddressKey {
        AddressKey::of(Some([192, 0, 2, last].into()))
    }

    #[test]
    fn rounds_the_wait_up_so_that_it_is_long_enough() {
        let (table, clock) = table(10);
        assert_eq!([table.check(&v4(1)), table.check(&v4(1))], [Ok(()), Ok(())]);
        clock.advance(Duration::from_millis(300));
        assert_eq!(table.check(&v4(1)), Err(1));
        assert_eq!(table.check(&v4(2)), Ok(()), "another address has its own allowance");
        clock.advance(Duration::from_secs(1));
        assert_eq!(table.check(&v4(1)), Ok(()));
    }

    #[test]
    fn an_ipv6_network_has_one_allowance() {
        let (table, _) = table(10);
        let check = |addr: &str| table.check(&AddressKey::of(addr.parse().ok()));
        assert_eq!(check("2001:db8::1"), Ok(()));
        assert_eq!(check("2001:db8::2"), Ok(()));
        assert!(check("2001:db8::ffff:3").is_err());
        assert_eq!(check("2001:db8:0:1::1"), Ok(()));
    }

    #[test]
    fn an_ipv4_address_in_ipv6_form_is_the_same_client() {
        assert_eq!(AddressKey::of("::ffff:192.0.2.1".parse().ok()), v4(1));
        assert_ne!(AddressKey::of("::ffff:192.0.2.2".parse().ok()), v4(1));
    }

    #[test]
    fn the_table_stays_within_its_bound() {
        let (table, clock) = table(10);
        let len = || table.limiter.read().unwrap().len();
        for last in 0..=255 {
            assert_eq!(table.check(&v4(last)), Ok(()), "a flood of addresses locks no client out");
            assert!(len() <= 10, "{}", len());
        }
        clock.advance(Duration::from_secs(60));
        for last in 0..10 {
            assert_eq!(table.check(&v4(last)), Ok(()));
        }
        assert!(len() <= 10);
    }
}
