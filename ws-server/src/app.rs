//! The application on the tier: its table of paths, and what it does beside sockets.

use std::{sync::Arc, time::Duration};

use accounts::Accounts;
use application::{Clock, Parts};
use channels::LogGate;
use mafia::{Connections, Mafia};
use rooms::{Presence, Rooms, TICK_MS};
use store::ProcessId;

use tokio::{
    task::JoinHandle,
    time::{Interval, MissedTickBehavior},
};

use sockets::{Routes, Sessions, Sockets, Tier, TierLimits};

use crate::{
    StoredSessions,
    consumers::{Game, Lobby, Room},
};

/// How long the database has to hear who went, and then that this process stops.
const FAREWELL: Duration = Duration::from_secs(2);

/// The application's sockets and who is online through them.
pub struct Application {
    /// The tier that holds them.
    pub tier: Tier,
    routes: Routes,
    presence: Arc<Presence>,
    connections: Arc<Connections>,
    /// Four, so that neither many sockets, nor a long round of goodbyes for others, nor a slow game makes this process's own lease run out.
    keepers: [JoinHandle<()>; 4],
}

impl Application {
    /// The application on these parts. Takes this process's lease, and keeps it until [`close`](Self::close).
    ///
    /// # Errors
    /// The database does not give the lease.
    pub async fn start(parts: &Parts, limits: TierLimits) -> anyhow::Result<Self> {
        let clock = parts.clock.clone();
        let rooms = Rooms::new(parts.store.clone(), Arc::clone(&parts.layer));
        let time = clock.clone();
        let process = ProcessId::random();
        let presence = Presence::new(rooms.clone(), process, move || time.now());
        presence.renew().await?;
        let mafia = Mafia::new(parts.store.clone(), Arc::clone(&parts.layer));
        let time = clock.clone();
        let connections = Connections::new(mafia.clone(), process, move || time.now());
        let accounts = Accounts::new(parts.store.clone(), Arc::clone(&parts.layer), Arc::clone(&parts.token_key));
        let sessions = StoredSessions::new(accounts, clock.clone());
        let sessions: Arc<dyn Sessions> = Arc::new(sessions);
        let tier = Tier::new(
            Arc::new(parts.settings.server.clone()),
            Arc::clone(&parts.layer),
            Some(sessions),
            limits,
            parts.stop.clone(),
        );
        let keepers = [
            tokio::spawn(keep_lease(Arc::clone(&presence))),
            tokio::spawn(keep_connections(Arc::clone(&connections))),
            tokio::spawn(end_leases_of_the_dead(Arc::clone(&presence), Arc::clone(&connections))),
            tokio::spawn(move_games_on(mafia.clone(), clock.clone())),
        ];
        let players = Arc::clone(&connections);
        let routes = routes(&rooms, &presence, &clock)
            .consumer("/ws/games/{code}/", move |_| Game::new(mafia.clone(), Arc::clone(&players), clock.clone()));
        Ok(Self { routes, tier, presence, connections, keepers })
    }

    /// Its part of an `App`.
    pub fn sockets(&self) -> Sockets {
        Sockets { tier: self.tier.clone(), routes: self.routes.clone() }
    }

    /// After every socket has ended: nobody is online through this process.
    pub async fn close(self) {
        for keeper in self.keepers {
            keeper.abort();
            let _ = keeper.await; // ended, so that it cannot take the lease again
        }
        if tokio::time::timeout(FAREWELL, self.connections.settle()).await.is_err() {
            log::warn!("not everybody who went was told of within {FAREWELL:?}");
        }
        match tokio::time::timeout(FAREWELL, self.presence.stop()).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => log::warn!("the lease could not be ended and runs out by itself: {fault}"),
            Err(_) => log::warn!("the lease was not ended within {FAREWELL:?} and runs out by itself"),
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

async fn keep_lease(presence: Arc<Presence>) {
    let mut tick = ticks(TICK_MS);
    loop {
        tick.tick().await;
        if let Err(fault) = presence.renew().await {
            log::warn!("this process's lease could not be renewed, trying again: {fault}");
        }
    }
}

async fn keep_connections(connections: Arc<Connections>) {
    let mut tick = ticks(TICK_MS);
    loop {
        tick.tick().await;
        if let Err(fault) = connections.restore().await {
            log::warn!("who is connected to games could not be brought up to date, trying again: {fault}");
        }
    }
}

async fn end_leases_of_the_dead(presence: Arc<Presence>, connections: Arc<Connections>) {
    let mut tick = ticks(TICK_MS);
    loop {
        tick.tick().await;
        if let Err(fault) = presence.sweep().await {
            log::warn!("who is online could not be brought up to date, trying again: {fault}");
        } else if let Err(fault) = connections.sweep().await {
            log::warn!("who is connected to games could not be brought up to date, trying again: {fault}");
        }
    }
}

/// Phases end, bots move, lost announcements are made up for: of all games, whoever's process began them.
async fn move_games_on(mafia: Mafia, clock: Clock) {
    static GATE: LogGate = LogGate::new();
    let mut tick = ticks(mafia::TICK_MS);
    loop {
        tick.tick().await;
        if let Err(fault) = mafia.tick(|| clock.now()).await
            && let Some(more) = GATE.pass()
        {
            log::warn!("games do not go on, trying again: {fault}{more}");
        }
    }
}

fn ticks(every_ms: u64) -> Interval {
    let mut ticks = tokio::time::interval(Duration::from_millis(every_ms));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
