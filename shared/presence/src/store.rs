//! The contract of a store of presence. [`conformance`](crate::conformance) has a test for each rule.

use std::{error::Error, fmt, sync::Arc};

use futures_util::future::BoxFuture;
use uuid::Uuid;

/// Unix milliseconds. All processes of one deployment must read the same clock, to within a few seconds.
pub type Timestamp = i64;

/// One run of a program that holds sockets. A restart is another process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(Uuid);

/// A user, or anything else with a key, in a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Member {
    /// The group's name.
    pub group: Arc<str>,
    /// The member's key: a user's id, for example.
    pub key: Arc<str>,
}

/// A member with its payload.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Entry {
    /// The member.
    pub member: Member,
    /// The payload: JSON.
    pub payload: Arc<str>,
}

impl Entry {
    /// Returns an entry of `member` with `payload`, which is JSON.
    pub fn new(member: Member, payload: impl Into<Arc<str>>) -> Self {
        Self { member, payload: payload.into() }
    }
}

/// The outcome of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Renewal {
    /// The process held its lease until now, even where it had run out.
    Held,
    /// The process had no lease, or another process reaped it: the members that it entered before may not count any more.
    Taken,
}

/// The outcome of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entered {
    /// The member is online now, and was not before.
    Joined,
    /// The member was online before, with another payload.
    Changed,
    /// The member was online before, with the same payload.
    Same,
    /// The process holds no lease: nothing has changed. It finds out at its next renewal.
    Unleased,
}

/// The reason why a call to presence failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresenceError {
    /// The key cannot be used.
    #[error("a member's key must have 1 to {max} bytes, this one has {0}", max = crate::MAX_KEY_BYTES)]
    Key(usize),
    /// The payload cannot be written as JSON.
    #[error("the payload cannot be written as JSON: {0}")]
    Payload(String),
    /// The payload is too large.
    #[error("a payload may have {max} bytes as JSON, this one has {0}", max = crate::MAX_PAYLOAD_BYTES)]
    TooLarge(usize),
    /// The store knows that this member must not be in this group, or knows no such group.
    #[error("{member} must not enter group {group}: {why}", member = .member.key, group = .member.group)]
    Refused {
        /// The member.
        member: Member,
        /// The store's reason.
        why: &'static str,
    },
    /// The store failed, or its answer did not arrive.
    #[error("the store of presence is unavailable: {0}")]
    Unavailable(Box<dyn Error + Send + Sync>),
}

/// The future that a call to a store returns.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, PresenceError>>;

/// Keeps the leases of processes, and which members each process has entered.
///
/// **A member is online from the first process that enters it until the last one has left, or was reaped.** A lease that has run out still
/// counts: after an outage of the store all leases have run out, but no member has left. Each call is atomic, over all processes.
///
/// A process dies in four steps: its lease runs out; [`reap`](Self::reap) gives it to one of the others; that one announces the
/// [`orphans`](Self::orphans) and then [forgets](Self::forget) them. If it dies meanwhile, a later `reap` gives the lease to another one.
pub trait LeaseStore: Send + Sync + 'static {
    /// Takes a process's lease, or holds on to it, until `until`.
    fn renew(&self, process: ProcessId, now: Timestamp, until: Timestamp) -> Answer<'_, Renewal>;

    /// Enters a member through this process. `payload` becomes the member's payload, whichever process wrote it before.
    fn enter<'a>(&'a self, process: ProcessId, member: &'a Member, payload: &'a str) -> Answer<'a, Entered>;

    /// Takes a member away from this process. True if the member is offline now.
    fn leave<'a>(&'a self, process: ProcessId, member: &'a Member) -> Answer<'a, bool>;

    /// The member's payload; `None` if it is offline.
    fn find<'a>(&'a self, member: &'a Member) -> Answer<'a, Option<Arc<str>>>;

    /// The members of a group that are online, by key.
    fn list<'a>(&'a self, group: &'a str) -> Answer<'a, Vec<Entry>>;

    /// The members that this process has entered and not left, in no order.
    fn held(&self, process: ProcessId, now: Timestamp) -> Answer<'_, Vec<Entry>>;

    /// Ends the process's own lease, as if this process had reaped it: its orphans are next.
    fn release(&self, process: ProcessId, now: Timestamp) -> Answer<'_, ()>;

    /// Ends the leases that have run out by `now`, and takes over those that were reaped by `abandoned` and are not finished. Of several
    /// processes that reap at once, one gets each lease.
    fn reap(&self, now: Timestamp, abandoned: Timestamp) -> Answer<'_, Vec<ProcessId>>;

    /// At most `limit` of the members that went offline with a reaped process and are not forgotten yet. They do not count as online.
    /// If none is left, the lease is forgotten too. Empty if the process holds a lease again.
    fn orphans(&self, process: ProcessId, limit: u32) -> Answer<'_, Vec<Entry>>;

    /// Forgets orphans that were announced.
    fn forget<'a>(&'a self, process: ProcessId, orphans: &'a [Entry]) -> Answer<'a, ()>;
}

/// A shared store.
impl<S: LeaseStore + ?Sized> LeaseStore for Arc<S> {
    fn renew(&self, process: ProcessId, now: Timestamp, until: Timestamp) -> Answer<'_, Renewal> {
        (**self).renew(process, now, until)
    }

    fn enter<'a>(&'a self, process: ProcessId, member: &'a Member, payload: &'a str) -> Answer<'a, Entered> {
        (**self).enter(process, member, payload)
    }

    fn leave<'a>(&'a self, process: ProcessId, member: &'a Member) -> Answer<'a, bool> {
        (**self).leave(process, member)
    }

    fn find<'a>(&'a self, member: &'a Member) -> Answer<'a, Option<Arc<str>>> {
        (**self).find(member)
    }

    fn list<'a>(&'a self, group: &'a str) -> Answer<'a, Vec<Entry>> {
        (**self).list(group)
    }

    fn held(&self, process: ProcessId, now: Timestamp) -> Answer<'_, Vec<Entry>> {
        (**self).held(process, now)
    }

    fn release(&self, process: ProcessId, now: Timestamp) -> Answer<'_, ()> {
        (**self).release(process, now)
    }

    fn reap(&self, now: Timestamp, abandoned: Timestamp) -> Answer<'_, Vec<ProcessId>> {
        (**self).reap(now, abandoned)
    }

    fn orphans(&self, process: ProcessId, limit: u32) -> Answer<'_, Vec<Entry>> {
        (**self).orphans(process, limit)
    }

    fn forget<'a>(&'a self, process: ProcessId, orphans: &'a [Entry]) -> Answer<'a, ()> {
        (**self).forget(process, orphans)
    }
}

impl ProcessId {
    /// A new unique id.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// The id as a UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for ProcessId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProcessId({})", self.0)
    }
}

impl Member {
    /// A member of a group.
    pub fn new(group: impl Into<Arc<str>>, key: impl Into<Arc<str>>) -> Self {
        Self { group: group.into(), key: key.into() }
    }
}

impl PresenceError {
    /// The store failed with this cause.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }
}
