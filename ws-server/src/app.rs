//! The application on the tier: its table of paths, and what it does beside sockets.

use std::{sync::Arc, time::Duration};

use boot::{Clock, Parts};
use rooms::{Presence, Rooms, TICK_MS};
use store::ProcessId;

use crate::{
    Limits, Routes, Sockets, StoredSessions, Tier,
    consumers::{Lobby, Room},
};

/// The application's sockets and who is online through them.
pub struct Application {
    /// The tier that holds them.
    pub tier: Tier,
    routes: Routes,
    presence: Arc<Presence>,
    clock: Clock,
}

impl Application {
    /// The application on these parts. Takes this process's lease, and keeps it until [`close`](Self::close).
    ///
    /// # Errors
    /// The database does not give the lease.
    pub async fn start(parts: &Parts, limits: Limits) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let rooms = Rooms::new(parts.store.clone(), Arc::clone(&parts.layer));
        let presence = Arc::new(Presence::new(rooms.clone(), ProcessId::random()));
        presence.tick(clock.now()).await?;
        let sessions = StoredSessions { store: parts.store.clone(), key: Arc::clone(&parts.token_key), clock: clock.clone() };
        let tier =
            Tier::new(Arc::clone(&parts.settings), Arc::clone(&parts.layer), Arc::new(sessions), limits, parts.stop.clone());
        tokio::spawn(keep_lease(Arc::clone(&presence), tier.clone(), clock.clone()));
        Ok(Self { routes: routes(&rooms, &presence, &clock), tier, presence, clock })
    }

    /// Its part of an `App`.
    pub fn sockets(&self) -> Sockets {
        Sockets { tier: self.tier.clone(), routes: self.routes.clone() }
    }

    /// After every socket has ended: nobody is online through this process.
    pub async fn close(self) {
        if let Err(fault) = self.presence.stop(self.clock.now()).await {
            log::warn!("the lease could not be ended and runs out by itself: {fault}");
        }
    }
}

/// The table: which path is which consumer.
fn routes(rooms: &Rooms, presence: &Arc<Presence>, clock: &Clock) -> Routes {
    let (rooms, presence, clock) = (rooms.clone(), Arc::clone(presence), clock.clone());
    let (all_rooms, time) = (rooms.clone(), clock.clone());
    Routes::new()
        .consumer("/ws/rooms/{code}/", move |_| Room::new(rooms.clone(), Arc::clone(&presence), clock.clone()))
        .consumer("/ws/lobby/", move |_| Lobby::new(all_rooms.clone(), time.clone()))
}

async fn keep_lease(presence: Arc<Presence>, tier: Tier, clock: Clock) {
    let mut tick = tokio::time::interval(Duration::from_millis(TICK_MS));
    loop {
        tokio::select! {
            () = tier.tasks.wait() => return, // closed and empty: the process has drained
            _ = tick.tick() => {
                if let Err(fault) = presence.tick(clock.now()).await {
                    log::warn!("who is online could not be kept up to date, trying again: {fault}");
                }
            }
        }
    }
}
