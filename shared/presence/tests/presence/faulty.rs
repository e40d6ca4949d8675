//! A store that can be away.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use catamaran_presence::{
    Answer, Entered, Entry, LeaseStore, Member, MemoryLeases, PresenceError, ProcessId, Renewal, Timestamp,
};

/// A store that can fail: no call arrives, or only the answers are lost. Clones are the same store.
#[derive(Clone, Default)]
pub(crate) struct FaultyStore {
    kept: MemoryLeases,
    is_away: Arc<AtomicBool>,
    loses_answers: Arc<AtomicBool>,
    goes_after_reaping: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
}

impl FaultyStore {
    /// The store itself, without its faults.
    pub(crate) fn kept(&self) -> &MemoryLeases {
        &self.kept
    }

    pub(crate) fn set_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::SeqCst);
    }

    /// From now on no call is answered.
    pub(crate) fn hang(&self) {
        self.hangs.store(true, Ordering::SeqCst);
    }

    pub(crate) fn lose_answers(&self, loses: bool) {
        self.loses_answers.store(loses, Ordering::SeqCst);
    }

    /// Fails all calls after the next `reap`.
    pub(crate) fn go_after_reaping(&self) {
        self.goes_after_reaping.store(true, Ordering::SeqCst);
    }

    fn over<'a, T: Send + 'a>(&'a self, call: Answer<'a, T>) -> Answer<'a, T> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            if self.hangs.load(Ordering::SeqCst) {
                return std::future::pending().await;
            }
            if self.is_away.load(Ordering::SeqCst) {
                return Err(PresenceError::unavailable("the line is cut"));
            }
            let answer = call.await;
            tokio::task::yield_now().await;
            if self.loses_answers.load(Ordering::SeqCst) {
                return Err(PresenceError::unavailable("the answer is lost"));
            }
            answer
        })
    }
}

impl LeaseStore for FaultyStore {
    fn renew(&self, process: ProcessId, now: Timestamp, until: Timestamp) -> Answer<'_, Renewal> {
        self.over(Box::pin(async move { self.kept.renew(process, now, until).await }))
    }

    fn enter<'a>(&'a self, process: ProcessId, member: &'a Member, payload: &'a str) -> Answer<'a, Entered> {
        self.over(Box::pin(async move { self.kept.enter(process, member, payload).await }))
    }

    fn leave<'a>(&'a self, process: ProcessId, member: &'a Member) -> Answer<'a, bool> {
        self.over(Box::pin(async move { self.kept.leave(process, member).await }))
    }

    fn find<'a>(&'a self, member: &'a Member) -> Answer<'a, Option<Arc<str>>> {
        self.over(Box::pin(async move { self.kept.find(member).await }))
    }

    fn list<'a>(&'a self, group: &'a str) -> Answer<'a, Vec<Entry>> {
        self.over(Box::pin(async move { self.kept.list(group).await }))
    }

    fn held(&self, process: ProcessId, now: Timestamp) -> Answer<'_, Vec<Entry>> {
        self.over(Box::pin(async move { self.kept.held(process, now).await }))
    }

    fn release(&self, process: ProcessId, now: Timestamp) -> Answer<'_, ()> {
        self.over(Box::pin(async move { self.kept.release(process, now).await }))
    }

    fn reap(&self, now: Timestamp, abandoned: Timestamp) -> Answer<'_, Vec<ProcessId>> {
        self.over(Box::pin(async move {
            let reaped = self.kept.reap(now, abandoned).await;
            self.set_away(self.goes_after_reaping.swap(false, Ordering::SeqCst));
            reaped
        }))
    }

    fn orphans(&self, process: ProcessId, limit: u32) -> Answer<'_, Vec<Entry>> {
        self.over(Box::pin(async move { self.kept.orphans(process, limit).await }))
    }

    fn forget<'a>(&'a self, process: ProcessId, orphans: &'a [Entry]) -> Answer<'a, ()> {
        self.over(Box::pin(async move { self.kept.forget(process, orphans).await }))
    }
}
