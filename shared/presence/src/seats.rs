//! The sockets of this process, counted for each member.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::Member;

/// A member's sockets here. The lock is held while the store and the group get a change, so that the changes of one member stay in
/// order. Other members do not wait for it.
pub(crate) type Seat = Arc<tokio::sync::Mutex<Sockets>>;

/// A member's sockets.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) count: usize,
    pub(crate) payload: Arc<str>,
}

/// All members here.
#[derive(Debug, Default)]
pub(crate) struct Seats(Mutex<HashMap<Member, Seat>>);

impl Seats {
    /// The member's seat; a new one where it has none. Hand it back with [`forget_unused`](Self::forget_unused).
    pub(crate) fn of(&self, member: &Member) -> Seat {
        let empty = || Arc::new(tokio::sync::Mutex::new(Sockets { count: 0, payload: "null".into() }));
        Arc::clone(self.map().entry(member.clone()).or_insert_with(empty))
    }

    /// Forgets a seat that only this map and the caller have. A task that waits for its lock still has it.
    pub(crate) fn forget_unused(&self, member: &Member, seat: &Seat) {
        let mut seats = self.map();
        if Arc::strong_count(seat) == 2 {
            seats.remove(member);
        }
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        self.map().keys().cloned().collect()
    }

    pub(crate) fn has(&self, member: &Member) -> bool {
        self.map().contains_key(member)
    }

    /// A panic elsewhere leaves the map whole: each change is one step.
    fn map(&self) -> MutexGuard<'_, HashMap<Member, Seat>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
