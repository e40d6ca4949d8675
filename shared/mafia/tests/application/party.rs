//! A database, a layer with faults, and users at a table.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use catamaran::{ChannelLayer, ChannelOptions, Incoming, Receiver, testing::FaultyLayer};
use mafia::{Caller, Command, Mafia, Rng, groups, wire::Snapshot};
use mafia_rules::{Options, Pace, Setup};
use serde_json::Value;
use store::{DatabaseUrl, GameId, Nickname, RoomCode, Store, Timestamp, UserId};
use tempfile::TempDir;
use testbed::Postgres;

pub(crate) const NOW: Timestamp = 1_800_000_000_000;

/// A new database, deleted after the test.
pub(crate) struct TestDatabase {
    url: String,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("games.sqlite3");
        Self { url: format!("sqlite:{}", path.display()), _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Self {
        Self { url: Postgres::shared().await.fresh_database().await, _folder: None }
    }

    pub(crate) async fn store(&self) -> Store {
        let store = Store::connect(&DatabaseUrl::parse(&self.url).unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        store
    }
}

/// Users at one table.
pub(crate) struct Party {
    pub(crate) store: Store,
    pub(crate) layer: Arc<FaultyLayer>,
    pub(crate) mafia: Mafia,
    pub(crate) people: Vec<Caller>,
    pub(crate) code: RoomCode,
    pub(crate) game: GameId,
}

/// Bots without a pause.
pub(crate) fn options() -> Options {
    Options { bots: Pace::Instant, ..Options::default() }
}

impl Party {
    /// A table with `people` players; the first is the host.
    pub(crate) async fn of(database: &TestDatabase, people: usize) -> Self {
        Self::with(database, people, options()).await
    }

    pub(crate) async fn with(database: &TestDatabase, count: usize, options: Options) -> Self {
        let (store, layer) = (database.store().await, Arc::new(FaultyLayer::default()));
        let mafia = Mafia::with_rng(store.clone(), Arc::clone(&layer) as _, rng(7));
        let mut people = Vec::new();
        for number in 0..count {
            let user = store.create_user(&Nickname::parse(&format!("user {number}")).unwrap(), NOW).await.unwrap();
            people.push(Caller::of(&user));
        }
        let table = mafia.create(&people[0], None, Setup { roles: None, options }, NOW).await.unwrap();
        let code = RoomCode::parse(&table.game.code).unwrap();
        for person in &people[1..] {
            mafia.act(&code, person, &Command::Join, NOW).await.unwrap();
        }
        let game = table.game.id.parse().unwrap();
        Self { store, layer, mafia, people, code, game }
    }

    /// A user without a seat.
    pub(crate) async fn user_without_seat(&self, name: &str) -> Caller {
        Caller::of(&self.store.create_user(&Nickname::parse(name).unwrap(), NOW).await.unwrap())
    }

    pub(crate) async fn start(&self) {
        self.mafia.act(&self.code, &self.people[0], &Command::Start, NOW).await.unwrap();
    }

    pub(crate) async fn seen_by(&self, person: usize, now: Timestamp) -> Snapshot {
        self.mafia.snapshot(&self.code, &self.people[person], now).await.unwrap()
    }

    /// The same table, as another process with its own connections.
    pub(crate) async fn another(&self, database: &TestDatabase, seed: u64) -> Mafia {
        Mafia::with_rng(database.store().await, Arc::clone(&self.layer) as _, rng(seed))
    }

    /// A subscriber of the table's public group.
    pub(crate) async fn subscriber(&self) -> Subscriber {
        let receiver = self.layer.new_channel(ChannelOptions::default());
        self.layer.group_add(&groups::public(self.game), receiver.name()).await.unwrap();
        Subscriber(receiver)
    }

    pub(crate) fn user(&self, person: usize) -> UserId {
        self.people[person].id.unwrap()
    }
}

/// A subscriber of a group.
pub(crate) struct Subscriber(Receiver);

impl Subscriber {
    /// The numbers of the updates that arrived since the last call, in order.
    pub(crate) fn seqs(&mut self) -> Vec<i64> {
        let mut seqs = Vec::new();
        for news in self.events() {
            let Some(frame) = news["frame"].as_str() else { continue };
            let frame: Value = serde_json::from_str(frame).unwrap();
            seqs.extend(frame["updates"].as_array().unwrap().iter().map(|update| update["seq"].as_i64().unwrap()));
        }
        seqs
    }

    /// The presence changes that arrived since the last call, in order.
    pub(crate) fn presence(&mut self) -> Vec<(UserId, bool)> {
        let change = |event: Value| Some((event["player"].as_str()?.parse().ok()?, event["online"].as_bool()?));
        self.events().into_iter().filter_map(change).collect()
    }

    fn events(&mut self) -> Vec<Value> {
        let mut events = Vec::new();
        while let Some(incoming) = self.0.try_recv() {
            let Incoming::Delivery(delivery) = incoming else { continue };
            events.push(delivery.message.event().unwrap());
        }
        events
    }
}

/// A seeded random number generator.
pub(crate) fn rng(seed: u64) -> Rng {
    let state = AtomicU64::new(seed);
    Rng::new(move || {
        // SplitMix64
        let mut z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}
