//! One table for tests: a real database, a layer in memory, a clock that tests set, sockets.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use application::Clock;
use catamaran::{ChannelLayer, Close, InMemoryLayer, LayerConfig, testing::Client};
use catamaran_presence::Presence;
use mafia::{Caller, Command, Mafia, Rng, TableAnnouncer};
use mafia_rules::{Options, Pace, Setup};
use serde_json::{Value, json};
use store::{DatabaseUrl, Nickname, PresenceGroup, RoomCode, Store, User};
use tempfile::TempDir;
use ws_server::{SocketCount, consumers::Game};

use crate::house::{House, NOW};

pub(super) struct Hall {
    pub(super) mafia: Mafia,
    pub(super) users: Vec<User>,
    pub(super) code: RoomCode,
    layer: Arc<dyn ChannelLayer>,
    presence: Presence,
    clock: Clock,
    now: Arc<AtomicI64>,
    store: Store,
    _folder: TempDir,
}

pub(super) type Socket = Client<Game>;

impl Hall {
    /// A table with this many players and bots; the first user is the host. The same seed gives the same game.
    pub(super) async fn with(players: usize, bots: usize, options: Options, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("hall.sqlite3").display());
        let store = Store::connect(&DatabaseUrl::parse(&url).unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
        let mafia = Mafia::with_rng(store.clone(), Arc::clone(&layer), rng(seed));
        let now = Arc::new(AtomicI64::new(NOW));
        let time = Arc::clone(&now);
        let clock = Clock::new(move || time.load(Ordering::Relaxed));
        let (time, announcers) = (clock.clone(), clock.clone());
        let presence = Presence::builder(Arc::clone(&layer), store.leases())
            .now(move || time.now())
            .announce(PresenceGroup::GAMES, TableAnnouncer::new(mafia.clone(), move || announcers.now()))
            .build();
        presence.renew().await.unwrap();
        let mut users = Vec::new();
        for number in 0..players {
            users.push(store.create_user(&Nickname::parse(&format!("user {number}")).unwrap(), NOW).await.unwrap());
        }
        let options = Options { bots: Pace::Instant, ..options };
        let table = mafia.create(&Caller::of(&users[0]), None, Setup { roles: None, options }, NOW).await.unwrap();
        let code = RoomCode::parse(&table.game.code).unwrap();
        for user in &users[1..] {
            mafia.act(&code, &Caller::of(user), &Command::Join, NOW).await.unwrap();
        }
        if bots > 0 {
            mafia.add_bots(&code, &Caller::of(&users[0]), bots, NOW).await.unwrap();
        }
        Self { mafia, users, code, layer, presence, clock, now, store, _folder: folder }
    }

    pub(super) async fn guest(&self, name: &str) -> User {
        self.store.create_user(&Nickname::parse(name).unwrap(), NOW).await.unwrap()
    }

    pub(super) async fn open(&self, user: Option<&User>) -> Result<Socket, Close> {
        self.open_in(user, "").await
    }

    pub(super) async fn open_in(&self, user: Option<&User>, query: &str) -> Result<Socket, Close> {
        let scope = House::scope(user).with_param("code", self.code.as_str()).with_query(query);
        let game = Game::new(self.mafia.clone(), self.presence.clone(), self.clock.clone(), SocketCount::default().add());
        Client::connect(game, scope, &self.layer).await
    }

    pub(super) fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    /// Sets the clock forward, and lets the games go on.
    pub(super) async fn pass(&self, milliseconds: i64) {
        self.now.fetch_add(milliseconds, Ordering::Relaxed);
        self.mafia.tick(|| self.now()).await.unwrap();
    }
}

pub(super) fn does(command: Value) -> Value {
    json!({ "type": "game.do", "do": command })
}

/// The frames of a socket since the last call.
pub(super) async fn news(socket: &mut Socket) -> Vec<Value> {
    socket.settle().await;
    socket.sent()
}

fn rng(seed: u64) -> Rng {
    let state = AtomicU64::new(seed);
    Rng::new(move || {
        // SplitMix64
        let mut z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}
