//! A new database, and the people in it.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use store::{
    DatabaseUrl, GameChange, GameId, Join, MessageBody, Nickname, Posted, ProcessId, RoomCode, RoomName, RoomSummary, Store,
    StoreError, Timestamp, User,
};
use tempfile::TempDir;
use testbed::{PgBouncer, Postgres};

/// When a test begins.
pub(crate) const NOW: Timestamp = 1_800_000_000_000;
/// How long the tests' leases hold.
pub(crate) const LEASE: Timestamp = 15_000;

/// A new database that goes away with the test.
pub(crate) struct Place {
    text: String,
    /// Past the pooler.
    direct: String,
    folder: Option<TempDir>,
}

impl Place {
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

    /// PostgreSQL through a pooler in transaction mode, which knows no prepared statements.
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
        self.folder.as_ref().expect("a SQLite place").path().join("store.sqlite3")
    }

    /// Another store on the database, as another process has it. Not migrated.
    pub(crate) async fn bare(&self) -> Store {
        Store::connect(&self.url()).await.unwrap()
    }

    /// Another store on the database, migrated.
    pub(crate) async fn store(&self) -> Store {
        let store = self.bare().await;
        store.migrate().await.unwrap();
        store
    }

    /// Runs a statement past the store.
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

/// A code that no other test or call has.
pub(crate) fn code() -> RoomCode {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let [_, _, bytes @ ..] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    RoomCode::from_random(&bytes)
}

/// Short sentences for tests.
pub(crate) trait Scene {
    async fn save_game(&self, game: GameId, version: i64, change: &GameChange<'_>, now: Timestamp) -> Result<bool, StoreError>;
    async fn user(&self, name: &str) -> User;
    async fn users(&self, count: usize) -> Vec<User>;
    async fn room(&self, owner: &User, capacity: u16) -> RoomSummary;
    async fn room_of(&self, members: &[&User]) -> RoomSummary;
    async fn say(&self, room: &RoomSummary, user: &User, text: &str) -> Posted;
    async fn process(&self) -> ProcessId;
    async fn online(&self, room: &RoomSummary, now: Timestamp) -> Vec<String>;
}

impl Scene for Store {
    /// Changes a game that has this version; false where it has another one, or is not there.
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

    /// The first is the owner.
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

    /// A process with a lease that holds from `NOW`.
    async fn process(&self) -> ProcessId {
        let process = ProcessId::random();
        self.renew_lease(process, NOW, NOW + LEASE).await.unwrap();
        process
    }

    /// The nicknames of those online. The room's own count must say the same.
    async fn online(&self, room: &RoomSummary, now: Timestamp) -> Vec<String> {
        let members = self.members(room.id, now).await.unwrap();
        let online: Vec<_> =
            members.into_iter().filter(|member| member.online).map(|member| member.nickname.to_string()).collect();
        let counted = self.room_by_id(room.id, now).await.unwrap().unwrap().online;
        assert_eq!(counted as usize, online.len());
        online
    }
}
