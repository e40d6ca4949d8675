//! A new database with users.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use catamaran_presence::{Entered, Entry, LeaseStore as _, Member, ProcessId};
use sqlx::migrate::Migrator;
use store::{
    DatabaseUrl, GameChange, GameId, Join, MessageBody, Nickname, Posted, PresenceGroup, RoomCode, RoomId, RoomName, RoomSummary,
    Store, StoreError, Timestamp, User, UserId,
};
use tempfile::TempDir;
use testbed::{PgBouncer, Postgres};
use uuid::Uuid;

/// The start of each test.
pub(crate) const NOW: Timestamp = 1_800_000_000_000;
/// The duration of the tests' leases.
pub(crate) const LEASE: Timestamp = 15_000;

/// A new database, deleted after the test.
pub(crate) struct TestDatabase {
    text: String,
    /// The address without the pooler.
    direct: String,
    folder: Option<TempDir>,
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite3");
        let text = format!("sqlite:{}", path.display());
        Self { direct: format!("{text}?mode=rwc"), text, folder: Some(folder) }
    }

    /// PostgreSQL through a pooler in session mode.
    pub(crate) async fn pooled_sessions() -> Self {
        Self::through(PgBouncer::shared_session().await).await
    }

    /// PostgreSQL through a pooler in transaction mode, without prepared statements.
    pub(crate) async fn pooled_transactions() -> Self {
        Self::through(PgBouncer::shared_transaction().await).await
    }

    async fn through(pooler: &PgBouncer) -> Self {
        let direct = Postgres::shared().await.fresh_database().await;
        Self { text: pooler.url(&direct), direct, folder: None }
    }

    pub(crate) async fn postgres() -> Self {
        Self::of(&Postgres::shared().await.fresh_database().await)
    }

    pub(crate) fn of(url: &str) -> Self {
        Self { text: url.to_owned(), direct: url.to_owned(), folder: None }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.as_ref().expect("a SQLite database").path().join("store.sqlite3")
    }

    /// Another unmigrated store on the database, as in another process.
    pub(crate) async fn bare(&self) -> Store {
        Store::connect(&self.url()).await.unwrap()
    }

    /// Another migrated store on the database.
    pub(crate) async fn store(&self) -> Store {
        let store = self.bare().await;
        store.migrate().await.unwrap();
        store
    }

    /// Runs a statement without the store.
    pub(crate) async fn sql(&self, statement: &'static str) {
        match &self.folder {
            Some(_) => {
                let pool = sqlx::SqlitePool::connect(&self.direct).await.unwrap();
                sqlx::query(statement).execute(&pool).await.unwrap();
                pool.close().await;
            }
            None => {
                let pool = sqlx::PgPool::connect(&self.direct).await.unwrap();
                sqlx::query(statement).execute(&pool).await.unwrap();
                pool.close().await;
            }
        }
    }

    /// Runs the migrations up to this one, as an earlier release did.
    pub(crate) async fn migrate_to(&self, last: i64) {
        let kind = if self.is_sqlite() { "sqlite" } else { "postgres" };
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind)).unwrap() {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
            let number: i64 = name.to_str().unwrap().split('_').next().unwrap().parse().unwrap();
            if number <= last {
                fs::copy(path, folder.path().join(name)).unwrap();
            }
        }
        let migrator = Migrator::new(folder.path()).await.unwrap();
        match &self.folder {
            Some(_) => migrator.run(&sqlx::SqlitePool::connect(&self.direct).await.unwrap()).await.unwrap(),
            None => migrator.run(&sqlx::PgPool::connect(&self.direct).await.unwrap()).await.unwrap(),
        }
    }

    /// Inserts Ada, as each release does.
    pub(crate) async fn insert_user(&self, user: UserId) {
        const INSERT: &str = "INSERT INTO users (id, nickname, created_at) VALUES ($1, 'Ada', 1)";
        match &self.folder {
            Some(_) => {
                let pool = sqlx::SqlitePool::connect(&self.direct).await.unwrap();
                sqlx::query(INSERT).bind(user).execute(&pool).await.unwrap();
                pool.close().await;
            }
            None => {
                let pool = sqlx::PgPool::connect(&self.direct).await.unwrap();
                sqlx::query(INSERT).bind(user).execute(&pool).await.unwrap();
                pool.close().await;
            }
        }
    }

    pub(crate) async fn number(&self, question: &'static str) -> i64 {
        match &self.folder {
            Some(_) => {
                sqlx::query_scalar(question).fetch_one(&sqlx::SqlitePool::connect(&self.direct).await.unwrap()).await.unwrap()
            }
            None => sqlx::query_scalar(question).fetch_one(&sqlx::PgPool::connect(&self.direct).await.unwrap()).await.unwrap(),
        }
    }

    /// Presence in a room and in a game, as the previous release writes it.
    pub(crate) async fn enter_as_previous_release(&self, process: ProcessId, room: RoomId, game: GameId, user: UserId) {
        const ROOM: &str = "INSERT INTO presence (room_id, user_id, process_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        const GAME: &str = "INSERT INTO game_sockets (socket_id, game_id, user_id, process_id) VALUES ($1, $2, $3, $4)";
        let (process, socket) = (process.uuid(), Uuid::new_v4());
        match &self.folder {
            Some(_) => {
                let pool = sqlx::SqlitePool::connect(&self.direct).await.unwrap();
                sqlx::query(ROOM).bind(room).bind(user).bind(process).execute(&pool).await.unwrap();
                sqlx::query(GAME).bind(socket).bind(game).bind(user).bind(process).execute(&pool).await.unwrap();
                pool.close().await;
            }
            None => {
                let pool = sqlx::PgPool::connect(&self.direct).await.unwrap();
                sqlx::query(ROOM).bind(room).bind(user).bind(process).execute(&pool).await.unwrap();
                sqlx::query(GAME).bind(socket).bind(game).bind(user).bind(process).execute(&pool).await.unwrap();
                pool.close().await;
            }
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.folder.is_some()
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        DatabaseUrl::parse(&self.text).unwrap()
    }
}

pub(crate) fn nickname(text: &str) -> Nickname {
    Nickname::parse(text).unwrap()
}

pub(crate) fn body(text: &str) -> MessageBody {
    MessageBody::parse(text).unwrap()
}

/// A user in a group.
pub(crate) fn member(group: PresenceGroup, user: UserId) -> Member {
    Member::new(group.to_string(), user.to_string())
}

/// A new code for each call.
pub(crate) fn code() -> RoomCode {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let [_, _, bytes @ ..] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    RoomCode::from_random(&bytes)
}

/// Short helpers for tests.
pub(crate) trait Helpers {
    async fn save_game(&self, game: GameId, version: i64, change: &GameChange<'_>, now: Timestamp) -> Result<bool, StoreError>;
    async fn user(&self, name: &str) -> User;
    async fn users(&self, count: usize) -> Vec<User>;
    async fn room(&self, owner: &User, capacity: u16) -> RoomSummary;
    async fn room_of(&self, members: &[&User]) -> RoomSummary;
    async fn say(&self, room: &RoomSummary, user: &User, text: &str) -> Posted;
    async fn process(&self) -> ProcessId;
    async fn enter(&self, room: &RoomSummary, user: &User, process: ProcessId) -> Entered;
    async fn exit(&self, room: &RoomSummary, user: &User, process: ProcessId) -> bool;
    async fn end(&self, process: ProcessId) -> Vec<(PresenceGroup, UserId)>;
    async fn online(&self, room: &RoomSummary) -> Vec<String>;
}

impl Helpers for Store {
    /// Changes a game with this version; returns false for another version or a missing game.
    async fn save_game(&self, game: GameId, version: i64, change: &GameChange<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let Some(game) = self.game_by_id(game).await? else { return Ok(false) };
        let Some(locked) = self.lock_game(&game.code).await? else { return Ok(false) };
        if locked.game().version != version {
            locked.release().await;
            return Ok(false);
        }
        locked.save(change, now).await.map(|()| true)
    }

    async fn user(&self, name: &str) -> User {
        self.create_user(&nickname(name), NOW).await.unwrap()
    }

    async fn users(&self, count: usize) -> Vec<User> {
        let mut users = Vec::new();
        for number in 0..count {
            users.push(self.user(&format!("user {number}")).await);
        }
        users
    }

    async fn room(&self, owner: &User, capacity: u16) -> RoomSummary {
        self.create_room(owner.id, &RoomName::parse("Deck").unwrap(), capacity, code(), NOW).await.unwrap()
    }

    /// The first member is the owner.
    async fn room_of(&self, members: &[&User]) -> RoomSummary {
        let room = self.room(members[0], 50).await;
        for (later, user) in members.iter().enumerate().skip(1) {
            assert!(matches!(self.join(room.id, user.id, NOW + later as i64).await.unwrap(), Join::New(_)));
        }
        room
    }

    async fn say(&self, room: &RoomSummary, user: &User, text: &str) -> Posted {
        self.append(room.id, user.id, &body(text), None, NOW).await.unwrap().unwrap()
    }

    /// A process with a lease from `NOW`.
    async fn process(&self) -> ProcessId {
        let process = ProcessId::random();
        self.leases().renew(process, NOW, NOW + LEASE).await.unwrap();
        process
    }

    async fn enter(&self, room: &RoomSummary, user: &User, process: ProcessId) -> Entered {
        self.leases().enter(process, &member(PresenceGroup::Room(room.id), user.id), "null").await.unwrap()
    }

    /// Returns true if the user is offline after it.
    async fn exit(&self, room: &RoomSummary, user: &User, process: ProcessId) -> bool {
        self.leases().leave(process, &member(PresenceGroup::Room(room.id), user.id)).await.unwrap()
    }

    /// Releases a lease, forgets its orphans and returns them.
    async fn end(&self, process: ProcessId) -> Vec<(PresenceGroup, UserId)> {
        let (leases, mut gone) = (self.leases(), Vec::new());
        leases.release(process, NOW).await.unwrap();
        loop {
            let orphans = leases.orphans(process, 10).await.unwrap();
            if orphans.is_empty() {
                return gone;
            }
            leases.forget(process, &orphans).await.unwrap();
            gone.extend(orphans.iter().map(|Entry { member, .. }| {
                (PresenceGroup::parse(&member.group).unwrap(), member.key.parse::<UserId>().unwrap())
            }));
        }
    }

    /// The nicknames of the online members. The room's count and the presence must match.
    async fn online(&self, room: &RoomSummary) -> Vec<String> {
        let members = self.members(room.id).await.unwrap();
        let online: Vec<_> =
            members.into_iter().filter(|member| member.online).map(|member| member.nickname.to_string()).collect();
        let counted = self.room_by_id(room.id).await.unwrap().unwrap().online;
        let listed = self.users_online(PresenceGroup::Room(room.id)).await.unwrap();
        assert_eq!((counted as usize, listed.len()), (online.len(), online.len()));
        online
    }
}
