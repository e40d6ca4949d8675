//! How many sockets the process, an address and a user may hold, and how often they may ask.
//!
//! Shared by all workers. It is asked once for a handshake and once for a client's frame, and never for a delivery.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use catamaran_boot::Capacity;
use catamaran_edge::{AddressKey, Rate, RateTable};

use crate::{AddressLimits, Key, address_limits::FRAMES_BURST};

/// The process's sockets by address and user, with their rates.
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

/// Why there is no socket for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Too many handshakes of its address; after so many seconds it may try again.
    TooOften(u64),
    /// Its address has so many sockets already.
    AddressFull(usize),
    /// The process has so many sockets already.
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

    /// Sockets that the process may hold, and one address.
    pub(crate) fn bounds(&self) -> (usize, usize) {
        (self.sockets, self.per_address)
    }

    /// Counts a handshake, before anything is known of it but the address.
    pub(crate) fn count_handshake(&self, address: AddressKey) -> Result<(), Refusal> {
        self.handshakes.check(&address).map_err(Refusal::TooOften)
    }

    /// Takes a place for a socket.
    pub(crate) fn take_seat(self: &Arc<Self>, address: AddressKey) -> Result<Seat, Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= self.sockets {
            return Err(Refusal::ProcessFull(self.sockets));
        }
        if !take(&mut open.by_address, address, self.per_address) {
            return Err(Refusal::AddressFull(self.per_address));
        }
        open.all += 1;
        Ok(Seat { admission: Arc::clone(self), address, user: None })
    }
}

/// A socket's place, given back when it is dropped.
pub(crate) struct Seat {
    admission: Arc<Admission>,
    address: AddressKey,
    user: Option<Key>,
}

impl Seat {
    /// Counts the socket as the user's too.
    ///
    /// # Errors
    /// The user has so many sockets already.
    pub(crate) fn assign(&mut self, user: Key) -> Result<(), usize> {
        let admission = &self.admission;
        let mut open = admission.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !take(&mut open.by_user, Arc::clone(&user), admission.per_user) {
            return Err(admission.per_user);
        }
        self.user = Some(user);
        Ok(())
    }

    /// The user that the socket counts as.
    pub(crate) fn user(&self) -> Option<&Key> {
        self.user.as_ref()
    }

    /// Counts a frame of the client's against the rates of its user and its address. `false` where it is one too many.
    pub(crate) fn allows_frame(&self) -> bool {
        let admission = &self.admission;
        self.user.as_ref().is_none_or(|user| admission.frames_by_user.check(user).is_ok())
            && admission.frames_by_address.check(&self.address).is_ok()
    }
}

impl Drop for Seat {
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

    fn seats(admission: &Arc<Admission>, address: AddressKey, count: usize) -> Vec<Seat> {
        (0..count).map(|_| admission.take_seat(address).unwrap_or_else(|refusal| panic!("{refusal:?}"))).collect()
    }

    #[test]
    fn an_address_has_at_most_half_of_the_process() {
        let admission = admission(|_| {});
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let mut taken = seats(&admission, one, 5);
        assert_eq!(admission.take_seat(one).err(), Some(Refusal::AddressFull(5)));
        assert_eq!(admission.take_seat(address("::ffff:192.0.2.1")).err(), Some(Refusal::AddressFull(5)));
        let others = seats(&admission, other, 5);
        assert_eq!(admission.take_seat(address("192.0.2.3")).err(), Some(Refusal::ProcessFull(10)));
        taken.pop();
        drop(others);
        assert!(admission.take_seat(one).is_ok(), "a place that is given back is free");
        drop(taken);
        let open = admission.open.lock().unwrap();
        assert_eq!((open.all, open.by_address.len()), (0, 0), "nothing is kept of those that went");
    }

    #[test]
    fn an_ipv6_network_is_one_address_and_so_are_all_without_one() {
        let admission = admission(|limits| limits.sockets_per_address = 1);
        let _taken = [seats(&admission, address("2001:db8::1"), 1), seats(&admission, AddressKey::Local, 1)];
        assert!(admission.take_seat(address("2001:db8::2:3")).is_err());
        assert!(admission.take_seat(AddressKey::Local).is_err());
        assert!(admission.take_seat(address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn a_user_has_a_bound_of_sockets_wherever_they_come_from() {
        let admission = admission(|limits| limits.sockets_per_user = 2);
        let user = Key::from("1");
        let mut seats: Vec<_> =
            ["192.0.2.1", "192.0.2.2", "192.0.2.3"].iter().map(|text| admission.take_seat(address(text)).unwrap()).collect();
        let outcomes: Vec<_> = seats.iter_mut().map(|seat| seat.assign(Arc::clone(&user))).collect();
        assert_eq!(outcomes, [Ok(()), Ok(()), Err(2)]);
        seats.remove(0);
        assert_eq!(seats[1].assign(user), Ok(()));
    }

    #[test]
    fn frames_of_all_sockets_of_a_user_have_one_rate() {
        let admission = admission(|limits| limits.frames_per_user = 1);
        let mut seats: Vec<_> =
            ["192.0.2.1", "192.0.2.2"].iter().map(|text| admission.take_seat(address(text)).unwrap()).collect();
        seats.iter_mut().for_each(|seat| seat.assign(Key::from("1")).unwrap());
        let allowed = [0, 1, 0, 1].map(|at| seats[at].allows_frame());
        assert_eq!(allowed, [true, true, true, false]);
    }

    #[test]
    fn frames_of_all_sockets_of_an_address_have_one_rate() {
        let admission = admission(|limits| limits.frames_per_address = 1);
        let seats = seats(&admission, address("192.0.2.1"), 2);
        assert_eq!([0, 1, 0, 1].map(|at| seats[at].allows_frame()), [true, true, true, false]);
        assert!(admission.take_seat(address("192.0.2.2")).unwrap().allows_frame());
    }

    #[test]
    fn handshakes_have_a_rate_and_at_once_as_many_as_sockets() {
        let admission = admission(|limits| (limits.handshakes_per_address, limits.sockets_per_address) = (1, 3));
        let one = address("192.0.2.1");
        assert!((0..3).all(|_| admission.count_handshake(one).is_ok()));
        assert_eq!(admission.count_handshake(one), Err(Refusal::TooOften(1)));
        assert_eq!(admission.count_handshake(address("192.0.2.2")), Ok(()));
    }
}
