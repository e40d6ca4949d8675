//! Who is online, told truly even when a process is killed.
//!
//! Each process holds a *lease* in the database and writes who is online *through it*: one row for a person in a room, however many
//! sockets they have there. It renews the lease every few seconds; of a process that was killed nobody renews it, and whichever other
//! process looks first ends it and tells the rooms. So the cost of staying online is one row for each process.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use store::{Lease, ProcessId, RoomId, StoreError, Timestamp, UserId};

use crate::Rooms;

/// How long a lease holds after it was renewed, in milliseconds: a killed process's people are offline after this and a tick.
pub const LEASE_MS: i64 = 15_000;
/// How often [`Presence::tick`] wants to be called, in milliseconds.
pub const TICK_MS: u64 = 5_000;

/// A person in a room.
type Seat = (RoomId, UserId);
/// How many sockets a seat has in this process. The lock is held while the database is told, so that coming and going of one person
/// in one room stay in order; nobody else waits for it.
type Sockets = Arc<tokio::sync::Mutex<usize>>;

/// Who is online through this process.
pub struct Presence {
    rooms: Rooms,
    process: ProcessId,
    seats: Mutex<HashMap<Seat, Sockets>>,
    /// Left, but the database did not take it: told again at the next tick.
    untold: Mutex<HashSet<Seat>>,
}

impl Presence {
    /// Nobody yet. Call [`tick`](Self::tick) once before the first socket: it takes the lease.
    pub fn new(rooms: Rooms, process: ProcessId) -> Self {
        Self { rooms, process, seats: Mutex::default(), untold: Mutex::default() }
    }

    /// A socket of `user`'s to `room` has opened.
    ///
    /// # Errors
    /// The database did not take it; nothing has changed.
    pub async fn enter(&self, room: RoomId, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let sockets = Arc::clone(lock(&self.seats).entry((room, user)).or_default());
        let mut count = sockets.lock().await;
        if *count == 0 {
            match self.rooms.store().enter(room, user, self.process, now).await {
                Ok(true) => self.tell(room, user, true, now).await,
                Ok(false) => {}
                Err(fault) => {
                    self.forget_unused((room, user), &sockets);
                    return Err(fault);
                }
            }
        }
        *count += 1;
        Ok(())
    }

    /// One has closed. What the database does not take now, it is told at the next tick.
    pub async fn exit(&self, room: RoomId, user: UserId, now: Timestamp) {
        let Some(sockets) = lock(&self.seats).get(&(room, user)).cloned() else { return };
        let mut count = sockets.lock().await;
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.exit_last((room, user), now).await;
            self.forget_unused((room, user), &sockets);
        }
    }

    async fn exit_last(&self, seat: Seat, now: Timestamp) {
        match self.rooms.store().exit(seat.0, seat.1, self.process, now).await {
            Ok(true) => self.tell(seat.0, seat.1, false, now).await,
            Ok(false) => {}
            Err(fault) => {
                log::warn!("could not write that somebody went offline, trying again soon: {fault}");
                lock(&self.untold).insert(seat);
            }
        }
    }

    /// Forgets a seat that only the map and the caller know of; whoever waits for its lock still has it.
    fn forget_unused(&self, seat: Seat, sockets: &Sockets) {
        let mut seats = lock(&self.seats);
        if Arc::strong_count(sockets) == 2 {
            seats.remove(&seat);
        }
    }

    /// Renews the lease, tells the database what it has missed, and ends the leases of the dead.
    ///
    /// # Errors
    /// The database; the next tick makes up for it.
    pub async fn tick(&self, now: Timestamp) -> Result<(), StoreError> {
        if self.rooms.store().renew_lease(self.process, now, now + LEASE_MS).await? != Lease::Renewed {
            self.reenter(now).await?;
        }
        let untold: Vec<Seat> = lock(&self.untold).drain().collect();
        for seat in untold {
            self.exit_if_gone(seat, now).await;
        }
        for (room, user) in self.rooms.store().reap(now).await? {
            self.tell(room, user, false, now).await;
        }
        Ok(())
    }

    async fn exit_if_gone(&self, seat: Seat, now: Timestamp) {
        let sockets = Arc::clone(lock(&self.seats).entry(seat).or_default());
        let count = sockets.lock().await;
        if *count == 0 {
            self.exit_last(seat, now).await;
            self.forget_unused(seat, &sockets);
        }
    }

    /// The lease is new: at the start nobody sits here; later, others took this process for dead, and its people were told to be
    /// offline and are not.
    async fn reenter(&self, now: Timestamp) -> Result<(), StoreError> {
        let seats: Vec<Seat> = lock(&self.seats).keys().copied().collect();
        if seats.is_empty() {
            return Ok(());
        }
        log::warn!("this process's lease had run out; {} people are online again", seats.len());
        for (room, user) in self.rooms.store().enter_all(self.process, &seats, now).await? {
            self.tell(room, user, true, now).await;
        }
        Ok(())
    }

    /// The process stops: everybody who is online only through it is not any more.
    ///
    /// # Errors
    /// The database; the lease then runs out by itself.
    pub async fn stop(&self, now: Timestamp) -> Result<(), StoreError> {
        for (room, user) in self.rooms.store().end_lease(self.process, now).await? {
            self.tell(room, user, false, now).await;
        }
        Ok(())
    }

    async fn tell(&self, room: RoomId, user: UserId, online: bool, now: Timestamp) {
        self.rooms.presence_changed(room, user, online, now).await;
    }
}

/// A panic elsewhere leaves these whole: each is changed in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
