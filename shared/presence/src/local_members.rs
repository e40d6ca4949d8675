//! The sockets of this process, counted for each member.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::Member;

/// A member's sockets in this process. The lock is held while a change is stored and announced, so that the changes of one member stay in
/// order. Other members do not wait for it.
pub(crate) type LocalMember = Arc<tokio::sync::Mutex<Sockets>>;

/// A member's sockets.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) count: usize,
    pub(crate) payload: Arc<str>,
}

/// All members of this process.
#[derive(Debug, Default)]
pub(crate) struct LocalMembers(Mutex<HashMap<Member, LocalMember>>);

impl LocalMembers {
    /// Returns the member's sockets, and adds the member if it has none. Call [`forget_unused`](Self::forget_unused) when they are none.
    pub(crate) fn of(&self, member: &Member) -> LocalMember {
        let empty = || Arc::new(tokio::sync::Mutex::new(Sockets { count: 0, payload: "null".into() }));
        Arc::clone(self.map().entry(member.clone()).or_insert_with(empty))
    }

    /// Removes a member whose sockets only this map and the caller hold. A task that waits for the lock holds them too.
    pub(crate) fn forget_unused(&self, member: &Member, local: &LocalMember) {
        let mut members = self.map();
        if Arc::strong_count(local) == 2 {
            members.remove(member);
        }
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        self.map().keys().cloned().collect()
    }

    pub(crate) fn has(&self, member: &Member) -> bool {
        self.map().contains_key(member)
    }

    /// A poisoned lock is harmless: each change of the map is one step.
    fn map(&self) -> MutexGuard<'_, HashMap<Member, LocalMember>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
