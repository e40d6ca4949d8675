//! Who is online, told truly even when a process is killed.
//!
//! Each process holds a *lease* in the database and writes who is online *through it*: one row for a person in a room, however many
//! sockets they have there. It renews the lease every few seconds; of a process that was killed nobody renews it, and whichever other
//! process looks first ends it and tells the rooms. So the cost of staying online is one row for each process.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use store::{Lease, ProcessId, RoomId, StoreError, Timestamp, UserId};
use tokio::{
    runtime::Handle,
    task::{JoinError, JoinHandle},
};

use crate::Rooms;

/// How long a lease holds after it was renewed, in milliseconds: a killed process's people are offline after this and a tick.
pub const LEASE_MS: i64 = 15_000;
/// How often [`Presence::renew`] and [`Presence::sweep`] want to be called, in milliseconds.
pub const TICK_MS: u64 = 5_000;

/// Where the time of day comes from.
type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// A person in a room.
type Seat = (RoomId, UserId);
/// How many sockets a seat has in this process. The lock is held while the database is told, so that coming and going of one person
/// in one room stay in order; nobody else waits for it.
type Sockets = Arc<tokio::sync::Mutex<usize>>;

/// Who is online through this process.
pub struct Presence {
    rooms: Rooms,
    process: ProcessId,
    now: Now,
    runtime: Handle,
    seats: Mutex<HashMap<Seat, Sockets>>,
    /// Left, but the database did not take it: told again at the next sweep.
    untold: Mutex<HashSet<Seat>>,
    /// The lease is new and the people here are not entered under it yet.
    must_reenter: AtomicBool,
    holding: Mutex<Holding>,
}

/// How long this process has held its lease.
#[derive(Clone, Copy, Default)]
struct Holding {
    /// Without a lapse since then.
    since: Timestamp,
    until: Timestamp,
}

/// A socket of somebody's in a room. Dropping it is leaving, wherever and however that happens.
pub struct Occupied {
    presence: Arc<Presence>,
    seat: Seat,
    is_left: bool,
}

impl Presence {
    /// Nobody yet. Call [`renew`](Self::renew) once before the first socket: it takes the lease.
    ///
    /// # Panics
    /// Outside of a tokio runtime: what must reach the database is carried out there, whoever stops waiting for it.
    pub fn new(rooms: Rooms, process: ProcessId, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            rooms,
            process,
            now: Arc::new(now),
            runtime: Handle::current(),
            seats: Mutex::default(),
            untold: Mutex::default(),
            must_reenter: AtomicBool::new(false),
            holding: Mutex::default(),
        })
    }

    /// A socket of `user`'s to `room` has opened. It is a task of its own: if the caller stops waiting, whoever has come in goes again.
    ///
    /// # Errors
    /// The database did not take it; nothing has changed.
    pub async fn enter(self: &Arc<Self>, room: RoomId, user: UserId) -> Result<Occupied, StoreError> {
        let presence = Arc::clone(self);
        let entering = self.runtime.spawn(async move { presence.enter_seat((room, user)).await });
        match entering.await.map_err(JoinError::try_into_panic) {
            Ok(outcome) => outcome,
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_)) => std::future::pending().await, // the runtime ends, and the caller with it
        }
    }

    async fn enter_seat(self: Arc<Self>, seat: Seat) -> Result<Occupied, StoreError> {
        let sockets = Arc::clone(lock(&self.seats).entry(seat).or_default());
        let mut count = sockets.lock().await;
        // Written for every socket: a row may have gone by itself, since leaving a room takes its presence along.
        match self.rooms.store().enter(seat.0, seat.1, self.process, (self.now)()).await {
            Ok(true) => self.tell(seat, true).await,
            Ok(false) => {}
            Err(fault) => {
                if *count == 0 {
                    self.forget_unused(seat, &sockets);
                }
                return Err(fault);
            }
        }
        *count += 1;
        drop(count);
        Ok(Occupied { presence: self, seat, is_left: false })
    }

    fn exit(self: Arc<Self>, seat: Seat) -> JoinHandle<()> {
        let runtime = self.runtime.clone();
        runtime.spawn(async move {
            let sockets = Arc::clone(lock(&self.seats).entry(seat).or_default());
            let mut count = sockets.lock().await;
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.exit_last(seat, &sockets).await;
            }
        })
    }

    /// The seat's lock is held by the caller.
    async fn exit_last(&self, seat: Seat, sockets: &Sockets) {
        match self.rooms.store().exit(seat.0, seat.1, self.process, (self.now)()).await {
            Ok(true) => self.tell(seat, false).await,
            Ok(false) => {}
            Err(fault) => {
                log::warn!("could not write that somebody went offline, trying again soon: {fault}");
                lock(&self.untold).insert(seat);
            }
        }
        self.forget_unused(seat, sockets);
    }

    /// Forgets a seat that only the map and the caller know of; whoever waits for its lock still has it.
    fn forget_unused(&self, seat: Seat, sockets: &Sockets) {
        let mut seats = lock(&self.seats);
        if Arc::strong_count(sockets) == 2 {
            seats.remove(&seat);
        }
    }

    /// Renews the lease. Where it is new, others took this process for dead: its people were told to be offline and are not.
    ///
    /// # Errors
    /// The database; the next call makes up for it.
    pub async fn renew(&self) -> Result<(), StoreError> {
        let now = (self.now)();
        let lease = self.rooms.store().renew_lease(self.process, now, now + LEASE_MS).await?;
        if lease != Lease::Renewed {
            self.must_reenter.store(true, Ordering::Relaxed);
        }
        {
            let mut holding = lock(&self.holding);
            let since = if lease == Lease::Renewed && now < holding.until { holding.since } else { now };
            *holding = Holding { since, until: now + LEASE_MS };
        }
        if self.must_reenter.load(Ordering::Relaxed) {
            self.reenter(now).await?;
            self.must_reenter.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn reenter(&self, now: Timestamp) -> Result<(), StoreError> {
        let seats: Vec<Seat> = lock(&self.seats).keys().copied().collect();
        if seats.is_empty() {
            return Ok(());
        }
        log::warn!("this process's lease had run out; {} people are online again", seats.len());
        for seat in self.rooms.store().enter_all(self.process, &seats, now).await? {
            self.tell(seat, true).await;
        }
        // Whoever went meanwhile went before they were written.
        for seat in seats {
            self.exit_if_gone(seat).await;
        }
        Ok(())
    }

    /// Tells the database what it has missed, ends the leases of the dead, and tells the rooms.
    ///
    /// Who lives is judged by those alone who have held their own lease for as long as one holds: after an outage of the database, or the
    /// sleep of a machine, all leases have run out, and whoever came first would take all others for dead.
    ///
    /// # Errors
    /// The database; the next call makes up for it.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        let untold: Vec<Seat> = lock(&self.untold).drain().collect();
        for seat in untold {
            self.exit_if_gone(seat).await;
        }
        let now = (self.now)();
        let Holding { since, until } = *lock(&self.holding);
        if now < since + LEASE_MS || now >= until {
            return Ok(());
        }
        for seat in self.rooms.store().reap(now).await? {
            self.tell(seat, false).await;
        }
        Ok(())
    }

    async fn exit_if_gone(&self, seat: Seat) {
        let sockets = Arc::clone(lock(&self.seats).entry(seat).or_default());
        let count = sockets.lock().await;
        if *count == 0 {
            self.exit_last(seat, &sockets).await;
        }
    }

    /// The process stops: everybody who is online only through it is not any more.
    ///
    /// # Errors
    /// The database; the lease then runs out by itself.
    pub async fn stop(&self) -> Result<(), StoreError> {
        for seat in self.rooms.store().end_lease(self.process, (self.now)()).await? {
            self.tell(seat, false).await;
        }
        Ok(())
    }

    async fn tell(&self, (room, user): Seat, online: bool) {
        self.rooms.presence_changed(room, user, online, (self.now)()).await;
    }
}

impl Occupied {
    /// The room.
    pub fn room(&self) -> RoomId {
        self.seat.0
    }

    /// Who sits here.
    pub fn user(&self) -> UserId {
        self.seat.1
    }

    /// Leaves, and waits until others have been told. What the database does not take now, it is told later.
    pub async fn leave(mut self) {
        self.is_left = true;
        if let Err(stopped) = Arc::clone(&self.presence).exit(self.seat).await {
            log::debug!("the process stopped while somebody left: {stopped}");
        }
    }
}

impl Drop for Occupied {
    fn drop(&mut self) {
        if !self.is_left {
            drop(Arc::clone(&self.presence).exit(self.seat));
        }
    }
}

/// A panic elsewhere leaves these whole: each is changed in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
