//! The application on `catamaran-sockets`: its table of paths, presence and the scheduler of games.

use std::{sync::Arc, time::Duration};

use accounts::{Accounts, SocketTokens};
use application::{Clock, Parts};
use catamaran::LogThrottle;
use catamaran_metrics::{Durations, Metrics};
use catamaran_presence::{Keeper, Presence};
use mafia::{Mafia, TableAnnouncer};
use rooms::Rooms;
use store::PresenceGroup;
use tokio::{
    task::JoinHandle,
    time::{Interval, MissedTickBehavior},
};

use catamaran_sockets::{Role, Routes, Server, ServerLimits, Sockets};

use crate::{
    Identity, SocketCount, StoredSessions,
    consumers::{Game, Lobby, Room},
};

/// The application's sockets, with presence and the games' scheduler.
pub struct Application {
    sockets: Sockets,
    /// Keeps this process's lease, and announces the members that left with a dead process.
    keeper: Keeper,
    rooms: Rooms,
    /// A task of its own, so that a slow game does not let this process's lease run out.
    scheduler: JoinHandle<()>,
    /// The times from a game's deadline to its change.
    lateness: Durations,
}

impl Application {
    /// The application on these parts. Takes this process's lease as soon as the database gives it, and keeps it until [`close`](Self::close).
    pub async fn start(parts: &Parts, limits: ServerLimits) -> Self {
        let clock = parts.clock.clone();
        let rooms = Rooms::new(parts.store.clone(), Arc::clone(&parts.layer));
        let lateness = Durations::default();
        let observed = lateness.clone();
        let mafia =
            Mafia::new(parts.store.clone(), Arc::clone(&parts.layer)).observing_lateness(move |late| observed.observe(late));
        let presence = presence(parts, &rooms, &mafia);
        let keeper = presence.start().await;
        let accounts = Accounts::new(parts.store.clone(), Arc::clone(&parts.layer), Arc::clone(&parts.token_key));
        let tokens = SocketTokens::new(parts.store.clone(), Arc::clone(&parts.socket_token_keys));
        let sessions = StoredSessions::new(accounts, tokens, clock.clone());
        let scheduler = tokio::spawn(move_games_on(mafia.clone(), clock.clone()));
        let (here, leaving) = (presence.clone(), presence.clone());
        let sockets = SocketCount::default();
        let routes = routes(&rooms, &presence, &clock, &sockets)
            .consumer("/ws/games/{code}/", move |_| Game::new(mafia.clone(), here.clone(), clock.clone(), sockets.add()));
        let server = Server::authenticated(parts.settings.server.clone(), Arc::clone(&parts.layer), sessions);
        let server = match parts.settings.server.program.role {
            Role::Sockets => server.other_paths("pages and the API are at http-server: route every other path to http-server"),
            Role::Pages | Role::Both => server,
        };
        let server = server.limits(limits).stop(parts.stop.clone()).before_closing(move || leaving.hand_over());
        let (deaf, lonely) = (parts.fleet.clone(), parts.fleet.clone());
        let server = server.degraded_while("layer", move || deaf.deaf()).degraded_while("canary", move || lonely.lonely());
        let sockets = server.routes(routes).sockets();
        Self { sockets, keeper, rooms, scheduler, lateness }
    }

    /// The sockets, to be mounted in an `App`.
    pub fn sockets(&self) -> Sockets {
        self.sockets.clone()
    }

    /// Adds the sockets and the games' deadlines to the numbers of the process.
    pub fn measure(&self, metrics: &mut Metrics) {
        self.sockets.state.measure(metrics);
        let help = "How long after its deadline a game's phase was ended by this process, in seconds";
        metrics.durations("catamaran_game_deadline_lateness_seconds", help, &self.lateness);
    }

    /// Ends the games' scheduler, and lets the lease run out: users that come back meanwhile never were offline. Call it after every socket
    /// has ended.
    pub async fn close(self) {
        self.scheduler.abort();
        let _ = self.scheduler.await;
        self.keeper.close().await;
        if let Err(fault) = self.rooms.announce_changes().await {
            log::warn!("the list of rooms may show users of this process for a while: {fault}");
        }
    }
}

/// The presence of users in rooms and at tables.
fn presence(parts: &Parts, rooms: &Rooms, mafia: &Mafia) -> Presence {
    let (time, clock) = (parts.clock.clone(), parts.clock.clone());
    Presence::builder(Arc::clone(&parts.layer), parts.store.leases())
        .now(move || time.now())
        .announce(PresenceGroup::ROOMS, rooms.clone())
        .announce(PresenceGroup::GAMES, TableAnnouncer::new(mafia.clone(), move || clock.now()))
        .build()
}

/// The table of paths and consumers.
fn routes(rooms: &Rooms, presence: &Presence, clock: &Clock, sockets: &SocketCount) -> Routes<Identity> {
    let (rooms, presence, clock, sockets) = (rooms.clone(), presence.clone(), clock.clone(), sockets.clone());
    let (all_rooms, also_sockets) = (rooms.clone(), sockets.clone());
    Routes::new()
        .consumer("/ws/rooms/{code}/", move |_| Room::new(rooms.clone(), presence.clone(), clock.clone(), sockets.add()))
        .consumer("/ws/lobby/", move |_| Lobby::new(all_rooms.clone(), also_sockets.add()))
}

/// Ends phases, moves bots and repeats lost announcements, for the games of all processes.
async fn move_games_on(mafia: Mafia, clock: Clock) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    let mut tick = ticks(mafia::TICK_MS);
    loop {
        tick.tick().await;
        if let Err(fault) = mafia.tick(|| clock.now()).await
            && let Some(more) = THROTTLE.pass()
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
