//! Bounds the sockets of the process, of an address and of a user, and their rates of handshakes and frames.
//!
//! All workers share it. Each handshake and each frame of a client uses it once; a delivery never does.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use catamaran::LogThrottle;
use catamaran_boot::Capacity;
use catamaran_edge::{AddressKey, Rate, RateTable};

use crate::{AddressLimits, Key, address_limits::FRAMES_BURST};

/// The number of sockets of each address and user, with their rates.
pub(crate) struct Admission {
    sockets: usize,
    per_address: usize,
    per_user: usize,
    open: Mutex<Open>,
    handshakes: RateTable<AddressKey>,
    frames_by_address: RateTable<AddressKey>,
    frames_by_user: RateTable<Key>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<AddressKey, usize>,
    by_user: HashMap<Key, usize>,
}

/// The bound that refuses a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The address made too many handshakes. It may try again after this many seconds.
    TooOften(u64),
    /// The address has this many sockets already.
    AddressFull(usize),
    /// The process has this many sockets already.
    ProcessFull(usize),
}

impl Admission {
    pub(crate) fn new(limits: &AddressLimits, capacity: Capacity) -> Arc<Self> {
        let count = |n| usize::try_from(n).unwrap_or(usize::MAX);
        // One address must not take the whole process, however few descriptors it has.
        let per_address = count(limits.sockets_per_address).min(capacity.busy.div_ceil(2));
        let frames = |per_second: u32| Rate::new(per_second, per_second.saturating_mul(FRAMES_BURST));
        Arc::new(Self {
            sockets: capacity.busy,
            per_address,
            per_user: count(limits.sockets_per_user),
            open: Mutex::default(),
            handshakes: RateTable::new(Rate::new(
                limits.handshakes_per_address,
                limits.sockets_per_address.max(limits.handshakes_per_address),
            )),
            frames_by_address: RateTable::new(frames(limits.frames_per_address)),
            frames_by_user: RateTable::new(frames(limits.frames_per_user)),
        })
    }

    /// The largest number of sockets of the process, and of one address.
    pub(crate) fn bounds(&self) -> (usize, usize) {
        (self.sockets, self.per_address)
    }

    /// The number of sockets of the process, and the largest possible one.
    pub(crate) fn load(&self) -> (usize, usize) {
        (self.open.lock().unwrap_or_else(PoisonError::into_inner).all, self.sockets)
    }

    /// Whether so many sockets leave less than a tenth of the room.
    pub(crate) fn is_nearly_full(&self, open: usize) -> bool {
        open >= self.sockets - self.sockets / 10
    }

    /// Counts a handshake of this address.
    pub(crate) fn count_handshake(&self, address: AddressKey) -> Result<(), Refusal> {
        self.handshakes.check(&address).map_err(Refusal::TooOften)
    }

    /// Takes a permit for a socket.
    pub(crate) fn take_permit(self: &Arc<Self>, address: AddressKey) -> Result<Permit, Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= self.sockets {
            return Err(Refusal::ProcessFull(self.sockets));
        }
        if !take(&mut open.by_address, address, self.per_address) {
            return Err(Refusal::AddressFull(self.per_address));
        }
        open.all += 1;
        let all = open.all;
        drop(open);
        self.warn_if_nearly_full(all);
        Ok(Permit { admission: Arc::clone(self), address, user: None })
    }

    /// Says so before the first client is refused.
    fn warn_if_nearly_full(&self, open: usize) {
        static THROTTLE: LogThrottle = LogThrottle::new();
        if self.is_nearly_full(open)
            && let Some(more) = THROTTLE.pass()
        {
            log::warn!(
                "{open} of {} sockets are open: raise the limit of open files (ulimit -n, LimitNOFILE) or start more processes{more}",
                self.sockets
            );
        }
    }
}

/// The permit of one socket, released when it is dropped.
pub(crate) struct Permit {
    admission: Arc<Admission>,
    address: AddressKey,
    user: Option<Key>,
}

impl Permit {
    /// Counts the socket as the user's too.
    ///
    /// # Errors
    /// The user has this many sockets already.
    pub(crate) fn assign(&mut self, user: Key) -> Result<(), usize> {
        let admission = &self.admission;
        let mut open = admission.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !take(&mut open.by_user, Arc::clone(&user), admission.per_user) {
            return Err(admission.per_user);
        }
        self.user = Some(user);
        Ok(())
    }

    /// The user for whom the socket counts.
    pub(crate) fn user(&self) -> Option<&Key> {
        self.user.as_ref()
    }

    /// Counts a frame of the client against the rates of its user and its address. `false` if it exceeds one of them.
    pub(crate) fn allows_frame(&self) -> bool {
        let admission = &self.admission;
        self.user.as_ref().is_none_or(|user| admission.frames_by_user.check(user).is_ok())
            && admission.frames_by_address.check(&self.address).is_ok()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.admission.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        give_back(&mut open.by_address, &self.address);
        if let Some(user) = &self.user {
            give_back(&mut open.by_user, user);
        }
    }
}

fn take<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K, max: usize) -> bool {
    let count = counts.entry(key).or_default();
    let is_free = *count < max;
    *count += usize::from(is_free);
    is_free
}

fn give_back<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPACITY: Capacity = Capacity { busy: 10, per_worker: 14 };

    fn admission(change: impl FnOnce(&mut AddressLimits)) -> Arc<Admission> {
        let mut limits = AddressLimits::default();
        change(&mut limits);
        Admission::new(&limits, CAPACITY)
    }

    fn address(text: &str) -> AddressKey {
        AddressKey::of(text.parse().ok())
    }

    fn permits(admission: &Arc<Admission>, address: AddressKey, count: usize) -> Vec<Permit> {
        (0..count).map(|_| admission.take_permit(address).unwrap_or_else(|refusal| panic!("{refusal:?}"))).collect()
    }

    #[test]
    fn an_address_has_at_most_half_of_the_process() {
        let admission = admission(|_| {});
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let mut taken = permits(&admission, one, 5);
        assert_eq!(admission.take_permit(one).err(), Some(Refusal::AddressFull(5)));
        assert_eq!(admission.take_permit(address("::ffff:192.0.2.1")).err(), Some(Refusal::AddressFull(5)));
        let others = permits(&admission, other, 5);
        assert_eq!(admission.take_permit(address("192.0.2.3")).err(), Some(Refusal::ProcessFull(10)));
        taken.pop();
        drop(others);
        assert!(admission.take_permit(one).is_ok(), "a released permit is free");
        drop(taken);
        let open = admission.open.lock().unwrap();
        assert_eq!((open.all, open.by_address.len()), (0, 0), "no count stays of closed sockets");
    }

    #[test]
    fn counts_an_ipv6_network_and_all_unix_sockets_as_one_address() {
        let admission = admission(|limits| limits.sockets_per_address = 1);
        let _taken = [permits(&admission, address("2001:db8::1"), 1), permits(&admission, AddressKey::Local, 1)];
        assert!(admission.take_permit(address("2001:db8::2:3")).is_err());
        assert!(admission.take_permit(AddressKey::Local).is_err());
        assert!(admission.take_permit(address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn bounds_the_sockets_of_a_user_over_all_addresses() {
        let admission = admission(|limits| limits.sockets_per_user = 2);
        let user = Key::from("1");
        let mut permits: Vec<_> =
            ["192.0.2.1", "192.0.2.2", "192.0.2.3"].iter().map(|text| admission.take_permit(address(text)).unwrap()).collect();
        let outcomes: Vec<_> = permits.iter_mut().map(|permit| permit.assign(Arc::clone(&user))).collect();
        assert_eq!(outcomes, [Ok(()), Ok(()), Err(2)]);
        permits.remove(0);
        assert_eq!(permits[1].assign(user), Ok(()));
    }

    #[test]
    fn all_sockets_of_a_user_share_one_rate_of_frames() {
        let admission = admission(|limits| limits.frames_per_user = 1);
        let mut permits: Vec<_> =
            ["192.0.2.1", "192.0.2.2"].iter().map(|text| admission.take_permit(address(text)).unwrap()).collect();
        permits.iter_mut().for_each(|permit| permit.assign(Key::from("1")).unwrap());
        let allowed = [0, 1, 0, 1].map(|at| permits[at].allows_frame());
        assert_eq!(allowed, [true, true, true, false]);
    }

    #[test]
    fn all_sockets_of_an_address_share_one_rate_of_frames() {
        let admission = admission(|limits| limits.frames_per_address = 1);
        let permits = permits(&admission, address("192.0.2.1"), 2);
        assert_eq!([0, 1, 0, 1].map(|at| permits[at].allows_frame()), [true, true, true, false]);
        assert!(admission.take_permit(address("192.0.2.2")).unwrap().allows_frame());
    }

    #[test]
    fn allows_as_many_handshakes_at_once_as_sockets_and_then_a_rate() {
        let admission = admission(|limits| (limits.handshakes_per_address, limits.sockets_per_address) = (1, 3));
        let one = address("192.0.2.1");
        assert!((0..3).all(|_| admission.count_handshake(one).is_ok()));
        assert_eq!(admission.count_handshake(one), Err(Refusal::TooOften(1)));
        assert_eq!(admission.count_handshake(address("192.0.2.2")), Ok(()));
    }
}
