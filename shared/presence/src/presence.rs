//! The interface for applications.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use catamaran::{ChannelLayer, GroupName};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Announce, GroupAnnouncer, Here, Keeper, LeaseStore, MAX_KEY_BYTES, MAX_PAYLOAD_BYTES, Member, PresenceError, ProcessId,
    Timestamp,
    machine::{Machine, Options},
};

/// How long a lease holds after it was renewed, unless set otherwise.
const LEASE: Duration = Duration::from_secs(15);

/// The members that are online in each group, over all processes that share a store. Cheap to clone.
#[derive(Clone)]
pub struct Presence(Arc<Machine>);

/// A member that is online. In an event enum of a team's own it is the content of the three `presence.…` variants: see
/// [`PresenceEvent`](crate::PresenceEvent).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Present<P> {
    /// The member's key.
    pub key: String,
    /// The payload of the last [`enter`](Presence::enter) or [`update`](Here::update).
    pub payload: P,
}

impl<P> Present<P> {
    /// Returns the member `key` with `payload`.
    pub fn new(key: impl Into<String>, payload: P) -> Self {
        Self { key: key.into(), payload }
    }
}

/// Sets how presence works, before it begins.
pub struct PresenceBuilder {
    store: Arc<dyn LeaseStore>,
    options: Options,
}

impl Presence {
    /// Presence over this layer, in this store: a random process id, the machine's time of day, leases of 15 s, and
    /// [`PresenceEvent`](crate::PresenceEvent)s for the groups. Call [`start`](Self::start) before the first [`enter`](Self::enter).
    ///
    /// # Panics
    /// Outside of a tokio runtime: changes run as tasks there.
    pub fn new(layer: Arc<dyn ChannelLayer>, store: impl LeaseStore) -> Self {
        Self::builder(layer, store).build()
    }

    /// The same, with other settings.
    pub fn builder(layer: Arc<dyn ChannelLayer>, store: impl LeaseStore) -> PresenceBuilder {
        let options = Options {
            process: ProcessId::random(),
            lease: LEASE,
            now: Box::new(time_of_day),
            announcers: Vec::new(),
            fallback: Box::new(GroupAnnouncer::new(layer)),
        };
        PresenceBuilder { store: Arc::new(store), options }
    }

    /// Starts the task that takes this process's lease and keeps it until [`Keeper::close`]. Call it once.
    ///
    /// Waits for the lease, at most one second, and never fails: a store that is away at that moment gives the lease when it is back. The log
    /// says so once. Until then [`enter`](Self::enter) fails as in any outage. A member that entered before this call, or without it, is not
    /// listed and not announced until the lease is taken.
    pub async fn start(&self) -> Keeper {
        Keeper::start(Arc::clone(&self.0)).await
    }

    /// Enters a member for one socket, and announces the first socket of the member to the group. This is a task of its own: if the caller
    /// stops waiting, the member leaves again.
    ///
    /// # Errors
    /// The key or the payload cannot be used; the store refuses the member or did not take it. The member has not entered.
    pub async fn enter<P: Serialize + ?Sized>(&self, group: &GroupName, key: &str, payload: &P) -> Result<Here, PresenceError> {
        if !(1..=MAX_KEY_BYTES).contains(&key.len()) {
            return Err(PresenceError::Key(key.len()));
        }
        let (member, payload) = (Member::new(group.as_str(), key), encoded(payload)?);
        let machine = Arc::clone(&self.0);
        self.0.carry_out(async move { machine.enter(member, payload).await }).await
    }

    /// The members of a group that are online, by key.
    ///
    /// # Errors
    /// The store; or a payload that is no `P`.
    pub async fn list<P: DeserializeOwned>(&self, group: &GroupName) -> Result<Vec<Present<P>>, PresenceError> {
        let entries = self.0.store.list(group.as_str()).await?;
        let present = entries.into_iter().map(|entry| {
            let payload = serde_json::from_str(&entry.payload).map_err(|fault| PresenceError::Payload(fault.to_string()))?;
            Ok(Present { key: entry.member.key.to_string(), payload })
        });
        present.collect()
    }

    /// Hands this process's members over to the processes that go on. Call it before the sockets of a process that stops are closed.
    ///
    /// From now on a member stays online when its sockets end, and [`Keeper::close`] renews the lease once more in place of giving it back.
    /// A member that enters another process within the time of the lease has never been offline, and nothing is announced. The others
    /// are announced as left when another process reaps the lease.
    pub fn hand_over(&self) {
        self.0.hand_over();
    }

    /// Renews the lease. The keeper does it; a test with a manual clock may.
    ///
    /// # Errors
    /// The store; the next call makes up for it.
    pub async fn renew(&self) -> Result<(), PresenceError> {
        self.0.renew().await
    }

    /// Retries failed announcements, and corrects the store's list of this process's members: a process that lost its lease enters its
    /// members again. The keeper does it; a test with a manual clock may.
    ///
    /// # Errors
    /// The store; the next call makes up for it.
    pub async fn reconcile(&self) -> Result<(), PresenceError> {
        self.0.reconcile().await
    }

    /// Reaps the processes whose lease has run out, and announces the members that left with them. The keeper does it; a test with a manual clock may.
    ///
    /// # Errors
    /// The store; the next call makes up for it, here or in another process.
    pub async fn sweep(&self) -> Result<(), PresenceError> {
        self.0.sweep().await
    }
}

impl PresenceBuilder {
    /// Sets this process's id, which must be unique; random by default.
    pub fn process(mut self, process: ProcessId) -> Self {
        self.options.process = process;
        self
    }

    /// Sets how long a lease holds; default 15 s. It is renewed three times in that time. All processes must have the same.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.options.lease = lease;
        self
    }

    /// Sets the clock, in Unix milliseconds. Processes whose machines disagree need a clock that they share.
    pub fn now(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.options.now = Box::new(now);
        self
    }

    /// Announces to the groups whose name begins with `prefix` by this announcer. If several prefixes fit, the first one set wins.
    pub fn announce(mut self, prefix: &'static str, announcer: impl Announce) -> Self {
        self.options.announcers.push((prefix, Box::new(announcer)));
        self
    }

    /// Presence with these settings.
    ///
    /// # Panics
    /// Outside of a tokio runtime: changes run as tasks there.
    pub fn build(self) -> Presence {
        Presence(Arc::new(Machine::new(self.store, self.options)))
    }
}

/// JSON of at most [`MAX_PAYLOAD_BYTES`].
pub(crate) fn encoded<P: Serialize + ?Sized>(payload: &P) -> Result<Arc<str>, PresenceError> {
    let text = serde_json::to_string(payload).map_err(|fault| PresenceError::Payload(fault.to_string()))?;
    if text.len() > MAX_PAYLOAD_BYTES { Err(PresenceError::TooLarge(text.len())) } else { Ok(text.into()) }
}

fn time_of_day() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::try_from(since.as_millis()).unwrap_or(Timestamp::MAX)
}
