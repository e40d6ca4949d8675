//! The number of questions that opening and leaving a socket asks the database: statements as the driver sends them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use accounts::{Accounts, Lookups};
use application::Clock;
use catamaran::{ChannelLayer, CloseCode, InMemoryLayer, LayerConfig, Scope, testing::Client};
use catamaran_presence::Presence;
use log::{LevelFilter, Log, Metadata, Record};
use mafia::{Caller, Command, Mafia, TableAnnouncer};
use mafia_rules::{Options, Setup};
use rooms::Rooms;
use store::{DatabaseUrl, Nickname, PresenceGroup, RoomCode, RoomName, SessionToken, Store, TokenKey, User};
use testbed::Postgres;
use tokio::sync::Mutex;
use ws_server::{
    Identity, SocketCount,
    consumers::{Game, Lobby, Room},
};

const NOW: i64 = 1_800_000_000_000;

/// Counts the statements that the driver logs, for the whole process.
struct Statements(AtomicUsize);

static STATEMENTS: Statements = Statements(AtomicUsize::new(0));
/// One test counts at a time.
static COUNTING: Mutex<()> = Mutex::const_new(());

impl Log for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn log(&self, record: &Record<'_>) {
        // A pool may open another connection at any time, which sends its settings first.
        let is_setting = || record.args().to_string().contains("PRAGMA");
        if self.enabled(record.metadata()) && !is_setting() {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn flush(&self) {}
}

/// The statements of this work.
async fn asked<T>(work: impl Future<Output = T>) -> (usize, T) {
    let before = STATEMENTS.0.load(Ordering::SeqCst);
    let outcome = work.await;
    (STATEMENTS.0.load(Ordering::SeqCst) - before, outcome)
}

/// One process of the application, without the tasks that ask by the clock.
struct House {
    store: Store,
    rooms: Rooms,
    mafia: Mafia,
    presence: Presence,
    layer: Arc<dyn ChannelLayer>,
    lookups: Lookups,
    key: Arc<TokenKey>,
}

/// A user with a session.
struct Visitor {
    user: User,
    token: String,
}

impl House {
    async fn new(url: &str) -> Self {
        let store = Store::connect(&DatabaseUrl::parse(url).unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
        // The test asks for the list's changes itself: a task that asks by the clock could count anywhere.
        let rooms = Rooms::new(store.clone(), Arc::clone(&layer)).list_window(Duration::from_secs(3_600));
        let mafia = Mafia::new(store.clone(), Arc::clone(&layer));
        let presence = Presence::builder(Arc::clone(&layer), store.leases())
            .now(|| NOW)
            .announce(PresenceGroup::ROOMS, rooms.clone())
            .announce(PresenceGroup::GAMES, TableAnnouncer::new(mafia.clone(), || NOW))
            .build();
        presence.renew().await.unwrap();
        let key = Arc::new(TokenKey::new(b"key"));
        let lookups = Accounts::new(store.clone(), Arc::clone(&layer), Arc::clone(&key)).lookups();
        Self { store, rooms, mafia, presence, layer, lookups, key }
    }

    async fn visitor(&self, name: &str) -> Visitor {
        let user = self.store.create_user(&Nickname::parse(name).unwrap(), NOW).await.unwrap();
        let token = SessionToken::generate();
        self.store.create_session(user.id, &token.hash(&self.key), NOW, NOW + 1_000).await.unwrap();
        Visitor { user, token: token.encode() }
    }

    /// A room with these members.
    async fn room(&self, members: &[&Visitor]) -> RoomCode {
        let name = RoomName::parse("Harbour").unwrap();
        let code = self.rooms.create(&members[0].user, &name, None, || RoomCode::from_random(&[1; 6]), NOW).await.unwrap().code;
        for member in &members[1..] {
            self.rooms.join(&code, &member.user, NOW).await.unwrap();
        }
        code
    }

    /// A table with these players, as another process has made it.
    async fn table(&self, players: &[&Visitor]) -> RoomCode {
        let mafia = Mafia::new(self.store.clone(), Arc::clone(&self.layer));
        let setup = Setup { roles: None, options: Options::default() };
        let table = mafia.create(&Caller::of(&players[0].user), None, setup, NOW).await.unwrap();
        let code = RoomCode::parse(&table.game.code).unwrap();
        for player in &players[1..] {
            mafia.act(&code, &Caller::of(&player.user), &Command::Join, NOW).await.unwrap();
        }
        code
    }

    /// The scope of a handshake whose session was looked up.
    async fn scope(&self, visitor: &Visitor, code: &RoomCode) -> Scope<Identity> {
        let session = self.lookups.find([visitor.token.as_str()], NOW).await.unwrap().unwrap();
        let mut scope = Scope::default().with_param("code", code.as_str());
        scope.user = Some(Identity { user_id: session.user.id.uuid(), name: session.user.nickname.as_str().into() });
        scope
    }

    async fn open_room(&self, visitor: &Visitor, code: &RoomCode) -> (usize, Client<Room>) {
        asked(async {
            let scope = self.scope(visitor, code).await;
            let room = Room::new(self.rooms.clone(), self.presence.clone(), Clock::new(|| NOW), SocketCount::default().add());
            let socket = Client::connect(room, scope, &self.layer).await.unwrap();
            // Counts what a task would ask later, too.
            self.rooms.announce_changes().await.unwrap();
            socket
        })
        .await
    }

    async fn open_game(&self, visitor: &Visitor, code: &RoomCode) -> (usize, Client<Game>) {
        asked(async {
            let scope = self.scope(visitor, code).await;
            let game = Game::new(self.mafia.clone(), self.presence.clone(), Clock::new(|| NOW), SocketCount::default().add());
            Client::connect(game, scope, &self.layer).await.unwrap()
        })
        .await
    }

    async fn open_lobby(&self, visitor: &Visitor, code: &RoomCode) -> (usize, Client<Lobby>) {
        asked(async {
            let scope = self.scope(visitor, code).await;
            Client::connect(Lobby::new(self.rooms.clone(), SocketCount::default().add()), scope, &self.layer).await.unwrap()
        })
        .await
    }
}

async fn leave_room(house: &House, socket: Client<Room>) -> usize {
    let leaving = async {
        socket.disconnect(CloseCode::NORMAL).await;
        house.rooms.announce_changes().await.unwrap();
    };
    asked(leaving).await.0
}

/// The statements of a first and a second user's room socket, of a second socket of the second user, and of leaving.
async fn room_costs(house: &House) -> [usize; 5] {
    let (kim, lee) = (house.visitor("Kim").await, house.visitor("Lee").await);
    let code = house.room(&[&kim, &lee]).await;
    let (first, kims) = house.open_room(&kim, &code).await;
    let (next, lees) = house.open_room(&lee, &code).await;
    let (again, other) = house.open_room(&lee, &code).await;
    let costs = [first, next, again, leave_room(house, other).await, leave_room(house, lees).await];
    leave_room(house, kims).await;
    costs
}

/// The statements of a first and a second player's socket to a game, of a spectator's, and of a player's leaving.
async fn game_costs(house: &House) -> [usize; 4] {
    let (kim, lee, zoe) = (house.visitor("Kim").await, house.visitor("Lee").await, house.visitor("Zoe").await);
    let code = house.table(&[&kim, &lee]).await;
    let (first, kims) = house.open_game(&kim, &code).await;
    let (next, lees) = house.open_game(&lee, &code).await;
    let (watching, zoes) = house.open_game(&zoe, &code).await;
    let costs = [first, next, watching, asked(lees.disconnect(CloseCode::NORMAL)).await.0];
    // A socket that is only dropped leaves in the background, and would count for the next test.
    kims.disconnect(CloseCode::NORMAL).await;
    zoes.disconnect(CloseCode::NORMAL).await;
    costs
}

async fn lobby_costs(house: &House) -> [usize; 2] {
    let kim = house.visitor("Kim").await;
    let (opened, lobby) = house.open_lobby(&kim, &RoomCode::from_random(&[2; 6])).await;
    [opened, asked(lobby.disconnect(CloseCode::NORMAL)).await.0]
}

fn count_statements() {
    let _again = log::set_logger(&STATEMENTS);
    log::set_max_level(LevelFilter::Debug);
}

#[tokio::test]
async fn opening_and_leaving_asks_few_questions_on_sqlite() {
    let _one = COUNTING.lock().await;
    count_statements();
    let folder = tempfile::tempdir().unwrap();
    let house = House::new(&format!("sqlite:{}", folder.path().join("house.sqlite3").display())).await;
    assert_eq!(room_costs(&house).await, [4, 3, 4, 0, 2]);
    assert_eq!(game_costs(&house).await, [4, 4, 5, 3]);
    assert_eq!(lobby_costs(&house).await, [2, 0]);
}

#[tokio::test]
async fn opening_and_leaving_asks_few_questions_on_postgres() {
    let _one = COUNTING.lock().await;
    count_statements();
    let house = House::new(&Postgres::shared().await.fresh_database().await).await;
    assert_eq!(room_costs(&house).await, [4, 3, 3, 0, 2]);
    assert_eq!(game_costs(&house).await, [4, 4, 5, 3]);
    assert_eq!(lobby_costs(&house).await, [2, 0]);
}
