//! A store for one process, and for tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{FutureExt as _, future::ready};

use crate::{Answer, Entered, Entry, LeaseStore, Member, PresenceError, ProcessId, Renewal, Timestamp};

/// A store within one process. Clones are the same store, so that a test can have several processes on one.
#[derive(Debug, Clone, Default)]
pub struct MemoryLeases(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    leases: BTreeMap<ProcessId, Lease>,
    online: BTreeMap<Member, Online>,
}

#[derive(Debug)]
struct Lease {
    expires_at: Timestamp,
    reaped_at: Option<Timestamp>,
    /// The members that went offline with the process and are not announced yet.
    orphans: BTreeMap<Member, Arc<str>>,
}

#[derive(Debug)]
struct Online {
    payload: Arc<str>,
    through: BTreeSet<ProcessId>,
}

impl MemoryLeases {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A poisoned lock is harmless: no code panics between two changes.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_leased(&self, process: ProcessId) -> bool {
        self.leases.get(&process).is_some_and(|lease| lease.reaped_at.is_none())
    }

    fn renew(&mut self, process: ProcessId, until: Timestamp) -> Renewal {
        let is_held = self.is_leased(process);
        if !is_held {
            self.withdraw(process);
            self.leases.insert(process, Lease { expires_at: until, reaped_at: None, orphans: BTreeMap::new() });
        }
        self.leases.entry(process).and_modify(|lease| lease.expires_at = until);
        if is_held { Renewal::Held } else { Renewal::Taken }
    }

    fn enter(&mut self, process: ProcessId, member: &Member, payload: &str) -> Entered {
        if !self.is_leased(process) {
            return Entered::Unleased;
        }
        let Some(online) = self.online.get_mut(member) else {
            let online = Online { payload: payload.into(), through: BTreeSet::from([process]) };
            self.online.insert(member.clone(), online);
            return Entered::Joined;
        };
        online.through.insert(process);
        if *online.payload == *payload {
            return Entered::Same;
        }
        online.payload = payload.into();
        Entered::Changed
    }

    /// Returns the member's payload if it is offline now.
    fn leave(&mut self, process: ProcessId, member: &Member) -> Option<Arc<str>> {
        let online = self.online.get_mut(member)?;
        online.through.remove(&process);
        if online.through.is_empty() { self.online.remove(member).map(|online| online.payload) } else { None }
    }

    fn held(&self, process: ProcessId) -> Vec<Entry> {
        let mine = self.online.iter().filter(|(_, online)| online.through.contains(&process));
        mine.map(|(member, online)| entry(member, &online.payload)).collect()
    }

    /// Removes all members of a process. Returns those that are offline now.
    fn withdraw(&mut self, process: ProcessId) -> BTreeMap<Member, Arc<str>> {
        let held = self.held(process);
        held.into_iter()
            .filter_map(|Entry { member, .. }| self.leave(process, &member).map(|payload| (member, payload)))
            .collect()
    }

    fn end(&mut self, process: ProcessId, now: Timestamp) {
        let gone = self.withdraw(process);
        if let Some(lease) = self.leases.get_mut(&process) {
            lease.reaped_at = Some(now);
            lease.orphans.extend(gone);
        }
    }

    fn reap(&mut self, now: Timestamp, abandoned: Timestamp) -> Vec<ProcessId> {
        let is_due = |lease: &Lease| lease.reaped_at.map_or(lease.expires_at <= now, |at| at <= abandoned);
        let dead: Vec<_> = self.leases.iter().filter(|(_, lease)| is_due(lease)).map(|(process, _)| *process).collect();
        dead.iter().for_each(|process| self.end(*process, now));
        dead
    }

    fn orphans(&mut self, process: ProcessId, limit: usize) -> Vec<Entry> {
        let Some(lease) = self.leases.get(&process).filter(|lease| lease.reaped_at.is_some()) else { return Vec::new() };
        let orphans: Vec<_> = lease.orphans.iter().take(limit).map(|(member, payload)| entry(member, payload)).collect();
        if orphans.is_empty() {
            self.leases.remove(&process);
        }
        orphans
    }

    fn forget(&mut self, process: ProcessId, orphans: &[Entry]) {
        if let Some(lease) = self.leases.get_mut(&process) {
            orphans.iter().for_each(|orphan| drop(lease.orphans.remove(&orphan.member)));
        }
    }

    fn list(&self, group: &str) -> Vec<Entry> {
        let there = self.online.iter().filter(|(member, _)| *member.group == *group);
        there.map(|(member, online)| entry(member, &online.payload)).collect()
    }
}

fn entry(member: &Member, payload: &Arc<str>) -> Entry {
    Entry { member: member.clone(), payload: Arc::clone(payload) }
}

fn done<'a, T: Send + 'a>(answer: T) -> Answer<'a, T> {
    ready(Ok::<_, PresenceError>(answer)).boxed()
}

impl LeaseStore for MemoryLeases {
    fn renew(&self, process: ProcessId, _: Timestamp, until: Timestamp) -> Answer<'_, Renewal> {
        done(self.state().renew(process, until))
    }

    fn enter<'a>(&'a self, process: ProcessId, member: &'a Member, payload: &'a str) -> Answer<'a, Entered> {
        done(self.state().enter(process, member, payload))
    }

    fn leave<'a>(&'a self, process: ProcessId, member: &'a Member) -> Answer<'a, bool> {
        done(self.state().leave(process, member).is_some())
    }

    fn find<'a>(&'a self, member: &'a Member) -> Answer<'a, Option<Arc<str>>> {
        done(self.state().online.get(member).map(|online| Arc::clone(&online.payload)))
    }

    fn list<'a>(&'a self, group: &'a str) -> Answer<'a, Vec<Entry>> {
        done(self.state().list(group))
    }

    fn held(&self, process: ProcessId, _: Timestamp) -> Answer<'_, Vec<Entry>> {
        done(self.state().held(process))
    }

    fn release(&self, process: ProcessId, now: Timestamp) -> Answer<'_, ()> {
        self.state().end(process, now);
        done(())
    }

    fn reap(&self, now: Timestamp, abandoned: Timestamp) -> Answer<'_, Vec<ProcessId>> {
        done(self.state().reap(now, abandoned))
    }

    fn orphans(&self, process: ProcessId, limit: u32) -> Answer<'_, Vec<Entry>> {
        done(self.state().orphans(process, limit as usize))
    }

    fn forget<'a>(&'a self, process: ProcessId, orphans: &'a [Entry]) -> Answer<'a, ()> {
        self.state().forget(process, orphans);
        done(())
    }
}
