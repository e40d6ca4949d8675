//! The sockets of this process, its lease, and the leases of the dead.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use catamaran::LogThrottle;
use futures_util::{StreamExt as _, stream};
use tokio::{
    runtime::Handle,
    sync::Notify,
    task::{JoinError, JoinHandle},
};
use tokio_util::task::TaskTracker;

use crate::{
    Announce, Change, Entered, Entry, Here, LeaseStore, Member, News, PresenceError, ProcessId, Renewal, Timestamp,
    announce::settle,
    local_members::{LocalMember, LocalMembers},
};

/// How many members are entered again at the same time after a lost lease.
const SIDE_BY_SIDE: usize = 8;
/// How many orphans of a dead process are read at once.
const ORPHANS_AT_ONCE: u32 = 500;

/// The settings of presence.
pub(crate) struct Options {
    pub(crate) process: ProcessId,
    pub(crate) lease: Duration,
    pub(crate) now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) announcers: Vec<(&'static str, Box<dyn Announce>)>,
    pub(crate) fallback: Box<dyn Announce>,
}

/// The state of [`Presence`](crate::Presence).
pub(crate) struct Machine {
    pub(crate) store: Arc<dyn LeaseStore>,
    pub(crate) runtime: Handle,
    /// The store may lack members of this process: the keeper compares at once.
    pub(crate) lost: Notify,
    options: Options,
    local_members: LocalMembers,
    /// Members whose last change is not announced, with their last payload.
    unannounced: Mutex<HashMap<Member, Arc<str>>>,
    /// The processes that this one has reaped, and whose members are not all announced yet.
    reaped: Mutex<BTreeSet<ProcessId>>,
    /// Whether the store may differ from this process's members.
    is_behind: AtomicBool,
    /// Whether members stay online after their sockets, until the lease runs out.
    is_handed_over: AtomicBool,
    held_lease: Mutex<HeldLease>,
    tasks: TaskTracker,
}

/// How long this process has held its lease.
#[derive(Clone, Copy, Default)]
struct HeldLease {
    /// The begin of the lease, without a lapse since.
    since: Timestamp,
    until: Timestamp,
}

impl Machine {
    pub(crate) fn new(store: Arc<dyn LeaseStore>, options: Options) -> Self {
        Self {
            store,
            runtime: Handle::current(),
            lost: Notify::new(),
            options,
            local_members: LocalMembers::default(),
            unannounced: Mutex::default(),
            reaped: Mutex::default(),
            is_behind: AtomicBool::new(false),
            is_handed_over: AtomicBool::new(false),
            held_lease: Mutex::default(),
            tasks: TaskTracker::new(),
        }
    }

    pub(crate) fn tick(&self) -> Duration {
        self.options.lease / 3
    }

    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind.load(Ordering::Relaxed) || !lock(&self.unannounced).is_empty()
    }

    /// Runs on the runtime that presence was made on, whichever runtime the caller's is.
    pub(crate) fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.tasks.spawn_on(work, &self.runtime)
    }

    /// Runs as a task that survives cancellation of the caller.
    pub(crate) async fn carry_out<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        match self.spawn(work).await.map_err(JoinError::try_into_panic) {
            Ok(outcome) => outcome,
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_)) => std::future::pending().await, // the runtime ends, and the caller with it
        }
    }

    pub(crate) async fn enter(self: Arc<Self>, member: Member, payload: Arc<str>) -> Result<Here, PresenceError> {
        let local = self.local_members.of(&member);
        let mut sockets = local.lock().await;
        // Written for every socket, because the store may have dropped the member meanwhile.
        if let Err(fault) = self.write(&member, &payload).await {
            // Without an answer, it may have been written all the same.
            let is_unknown = sockets.count == 0 && matches!(fault, PresenceError::Unavailable(_));
            self.is_behind.fetch_or(is_unknown, Ordering::Relaxed);
            if sockets.count == 0 {
                self.local_members.forget_unused(&member, &local);
            }
            return Err(fault);
        }
        sockets.count += 1;
        sockets.payload = payload;
        drop(sockets);
        self.catch_up_if_leased();
        Ok(Here::new(Arc::clone(&self), member))
    }

    /// Wakes the keeper if the lease was taken while a member entered without one. It announces the member now, not at its next tick.
    fn catch_up_if_leased(&self) {
        let is_leased = (self.options.now)() < lock(&self.held_lease).until;
        if is_leased && self.is_behind.load(Ordering::Relaxed) {
            self.lost.notify_one();
        }
    }

    pub(crate) async fn update(&self, member: &Member, payload: Arc<str>) -> Result<(), PresenceError> {
        let local = self.local_members.of(member);
        let mut sockets = local.lock().await;
        self.write(member, &payload).await?;
        sockets.payload = payload;
        Ok(())
    }

    /// The caller holds the lock of the member's sockets.
    async fn write(&self, member: &Member, payload: &Arc<str>) -> Result<(), PresenceError> {
        let change = match self.store.enter(self.options.process, member, payload).await? {
            Entered::Joined => Change::Joined,
            Entered::Changed => Change::Changed,
            Entered::Same => return Ok(()),
            Entered::Unleased => {
                self.is_behind.store(true, Ordering::Relaxed);
                self.warn_if_never_started(&member.group);
                return Ok(());
            }
        };
        self.announce(News { member: member.clone(), change, payload: Arc::clone(payload) }).await;
        Ok(())
    }

    /// Without the warning, a program that forgets `start` would list no member, without a reason in the log.
    fn warn_if_never_started(&self, group: &str) {
        static THROTTLE: LogThrottle = LogThrottle::new();
        if lock(&self.held_lease).until == 0
            && let Some(suppressed) = THROTTLE.pass()
        {
            log::warn!(
                "a member of {group} is not listed yet: this process has no lease; call Presence::start before it enters{suppressed}"
            );
        }
    }

    pub(crate) fn hand_over(&self) {
        self.is_handed_over.store(true, Ordering::Relaxed);
    }

    /// After a handover it does nothing: a member that comes back through another process must not be announced twice.
    pub(crate) async fn leave(&self, member: &Member) {
        if self.is_handed_over.load(Ordering::Relaxed) {
            return;
        }
        let local = self.local_members.of(member);
        let mut sockets = local.lock().await;
        sockets.count = sockets.count.saturating_sub(1);
        if sockets.count == 0 {
            let payload = Arc::clone(&sockets.payload);
            self.leave_last(member, &local, payload).await;
        }
    }

    /// The caller holds the lock of the member's sockets.
    async fn leave_last(&self, member: &Member, local: &LocalMember, payload: Arc<str>) {
        if let Err(fault) = self.write_leave(member, payload).await {
            log_delay(&fault);
            self.is_behind.store(true, Ordering::Relaxed);
        }
        self.local_members.forget_unused(member, local);
    }

    async fn write_leave(&self, member: &Member, payload: Arc<str>) -> Result<(), PresenceError> {
        self.announcer(member).leaving(member).await?;
        let mut is_offline = self.store.leave(self.options.process, member).await?;
        if !is_offline && (self.options.now)() >= lock(&self.held_lease).until {
            // Another process may have reaped this one, and stops announcing its members when this one comes back.
            is_offline = self.store.find(member).await?.is_none();
        }
        if is_offline {
            self.announce(News { member: member.clone(), change: Change::Left, payload }).await;
        }
        Ok(())
    }

    pub(crate) async fn renew(&self) -> Result<(), PresenceError> {
        let (now, lease) = ((self.options.now)(), self.lease_ms());
        let renewal = self.store.renew(self.options.process, now, now + lease).await?;
        let mut held_lease = lock(&self.held_lease);
        let since = if renewal == Renewal::Held && now < held_lease.until { held_lease.since } else { now };
        let is_first = held_lease.until == 0;
        *held_lease = HeldLease { since, until: now + lease };
        drop(held_lease);
        if renewal == Renewal::Taken && !is_first {
            log::warn!("another process reaped this process's expired lease: its members are entered again");
            self.is_behind.store(true, Ordering::Relaxed);
        }
        // Also at the first lease: sockets may have entered before it.
        if renewal == Renewal::Taken && self.is_behind.load(Ordering::Relaxed) {
            self.lost.notify_one();
        }
        Ok(())
    }

    pub(crate) async fn reconcile(&self) -> Result<(), PresenceError> {
        self.is_behind.store(false, Ordering::Relaxed);
        let outcome = self.catch_up().await;
        if outcome.is_err() {
            self.is_behind.store(true, Ordering::Relaxed);
        }
        outcome
    }

    async fn catch_up(&self) -> Result<(), PresenceError> {
        let late = std::mem::take(&mut *lock(&self.unannounced));
        for (member, payload) in late {
            self.announce_late(member, payload).await;
        }
        // This process's members are read before the store's list, and again after it, so that concurrent changes are ignored.
        let here = self.local_members.members();
        let held = self.store.held(self.options.process, (self.options.now)()).await?;
        let written: HashSet<&Member> = held.iter().map(|entry| &entry.member).collect();
        let lost: Vec<_> = here.into_iter().filter(|member| !written.contains(member)).collect();
        let outcomes = stream::iter(lost).map(|member| self.enter_again(member)).buffer_unordered(SIDE_BY_SIDE);
        let outcomes: Vec<_> = outcomes.collect().await;
        for Entry { member, payload } in held {
            if !self.local_members.has(&member) {
                self.leave_if_unused(&member, payload).await;
            }
        }
        outcomes.into_iter().collect()
    }

    async fn enter_again(&self, member: Member) -> Result<(), PresenceError> {
        let local = self.local_members.of(&member);
        let sockets = local.lock().await;
        if sockets.count == 0 {
            self.local_members.forget_unused(&member, &local);
            return Ok(());
        }
        match self.write(&member, &sockets.payload).await {
            Err(PresenceError::Refused { .. }) => Ok(()), // it must not be there any more, and its sockets are about to end
            outcome => outcome,
        }
    }

    async fn leave_if_unused(&self, member: &Member, payload: Arc<str>) {
        let local = self.local_members.of(member);
        let sockets = local.lock().await;
        if sockets.count == 0 {
            self.leave_last(member, &local, payload).await;
        }
    }

    /// Reaps dead processes, if this process has held its own lease for the time of a lease. After an outage of the store or the sleep of a
    /// machine all leases have run out. Without the condition the first process to sweep would take all others for dead.
    pub(crate) async fn sweep(&self) -> Result<(), PresenceError> {
        let (now, lease) = ((self.options.now)(), self.lease_ms());
        let HeldLease { since, until } = *lock(&self.held_lease);
        if now < since + lease || now >= until {
            return Ok(());
        }
        let reaped = self.store.reap(now, now - lease).await?;
        lock(&self.reaped).extend(reaped);
        let (dead, mut announced) = (lock(&self.reaped).clone(), HashSet::new());
        for process in dead {
            self.announce_orphans(process, &mut announced).await?;
            lock(&self.reaped).remove(&process);
        }
        Ok(())
    }

    /// Announces members before it forgets them: if this process dies, another announces the rest. A member of two dead processes is
    /// announced once: `announced` holds those that are announced already.
    async fn announce_orphans(&self, process: ProcessId, announced: &mut HashSet<Member>) -> Result<(), PresenceError> {
        loop {
            let orphans = self.store.orphans(process, ORPHANS_AT_ONCE).await?;
            if orphans.is_empty() {
                return Ok(());
            }
            for Entry { member, payload } in &orphans {
                if announced.insert(member.clone()) {
                    self.announcer(member).leaving(member).await?;
                    self.announce(News { member: member.clone(), change: Change::Left, payload: Arc::clone(payload) }).await;
                }
            }
            self.store.forget(process, &orphans).await?;
        }
    }

    /// Waits for all tasks, and tries failed changes once more.
    pub(crate) async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        if self.is_behind()
            && let Err(fault) = self.reconcile().await
        {
            log_delay(&fault);
        }
    }

    /// Gives the lease back. After a handover it holds for its whole time instead: the time that members have to come back.
    pub(crate) async fn release(&self) -> Result<(), PresenceError> {
        if self.is_handed_over.load(Ordering::Relaxed) {
            return self.renew().await;
        }
        self.store.release(self.options.process, (self.options.now)()).await?;
        self.announce_orphans(self.options.process, &mut HashSet::new()).await
    }

    /// Announces now. If it fails, the keeper announces later.
    async fn announce(&self, news: News) {
        let (member, payload) = (news.member.clone(), Arc::clone(&news.payload));
        let outcome = settle(&*self.store, self.announcer(&member), news).await;
        if let Err(fault) = &outcome {
            log_delay(fault);
        }
        if !matches!(outcome, Ok(true)) {
            lock(&self.unannounced).insert(member, payload);
        }
    }

    async fn announce_late(&self, member: Member, payload: Arc<str>) {
        match self.store.find(&member).await {
            Ok(now) => self.announce(News::of_now(member, now, payload)).await,
            Err(fault) => {
                log_delay(&fault);
                lock(&self.unannounced).insert(member, payload);
            }
        }
    }

    fn announcer(&self, member: &Member) -> &dyn Announce {
        let own = self.options.announcers.iter().find(|(prefix, _)| member.group.starts_with(prefix));
        own.map_or(&*self.options.fallback, |(_, announcer)| &**announcer)
    }

    fn lease_ms(&self) -> Timestamp {
        Timestamp::try_from(self.options.lease.as_millis()).unwrap_or(Timestamp::MAX / 4)
    }
}

/// Logs one line for the thousand sockets that an outage may end.
fn log_delay(fault: &PresenceError) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(more) = THROTTLE.pass() {
        log::warn!("presence is written or announced later: {fault}{more}");
    }
}

/// A poisoned lock is harmless: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
