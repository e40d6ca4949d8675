//! The board's own tables, in a SQLite file that both processes open.

use std::{path::Path, sync::Arc, sync::Mutex, sync::PoisonError, time::Duration};

use catamaran::{ConsumerError, Fault};
use catamaran_sockets::Key;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::token::now;

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS members (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS ended_sessions (session TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS boards (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS cards (id INTEGER PRIMARY KEY, board INTEGER NOT NULL REFERENCES boards,
        lane INTEGER NOT NULL, title TEXT NOT NULL, owner TEXT);
    CREATE TABLE IF NOT EXISTS history (id INTEGER PRIMARY KEY, board INTEGER NOT NULL, at INTEGER NOT NULL, line TEXT NOT NULL);
    INSERT OR IGNORE INTO boards VALUES (1, 'Our work');";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) id: i64,
    /// 0: to do, 1: doing, 2: done.
    pub(crate) lane: u8,
    pub(crate) title: String,
    /// The name of the member who is to do it.
    pub(crate) owner: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("the board's database: {0}")]
pub(crate) struct StoreError(#[from] rusqlite::Error);

/// For sign-in and for consumers.
impl From<StoreError> for ConsumerError {
    fn from(fault: StoreError) -> Self {
        Fault::unavailable(fault).into()
    }
}

pub(crate) type Stored<T> = Result<T, StoreError>;

/// The tables. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Connection>>);

impl Store {
    pub(crate) fn open(path: &Path) -> Stored<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(TABLES)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// SQLite waits for the disk: never on a thread that has sockets to serve.
    async fn run<T: Send + 'static>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static) -> Stored<T> {
        let connection = Arc::clone(&self.0);
        let task = tokio::task::spawn_blocking(move || query(&connection.lock().unwrap_or_else(PoisonError::into_inner)));
        Ok(task.await.expect("a query does not panic")?)
    }

    /// The member of this name; a new one if none has it.
    pub(crate) async fn member(&self, name: String) -> Stored<i64> {
        let upsert = "INSERT INTO members (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id";
        self.run(move |db| db.query_row(upsert, [name], |row| row.get(0))).await
    }

    pub(crate) async fn member_id(&self, name: String) -> Stored<Option<i64>> {
        self.run(move |db| db.query_row("SELECT id FROM members WHERE name = ?", [name], |row| row.get(0)).optional()).await
    }

    pub(crate) async fn end(&self, session: String) -> Stored<()> {
        self.run(move |db| db.execute("INSERT OR IGNORE INTO ended_sessions VALUES (?)", [session]).map(drop)).await
    }

    /// Those of these sessions that have not ended.
    pub(crate) async fn live(&self, sessions: &[Key]) -> Stored<Vec<Key>> {
        let select = "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT session FROM ended_sessions)";
        let sessions = json!(sessions.iter().map(|session| &**session).collect::<Vec<_>>()).to_string();
        let key = |row: &Row<'_>| Ok(row.get::<_, String>(0)?.into());
        self.run(move |db| db.prepare(select)?.query_map([sessions], key)?.collect()).await
    }

    pub(crate) async fn has_board(&self, board: i64) -> Stored<bool> {
        self.run(move |db| db.prepare("SELECT 1 FROM boards WHERE id = ?")?.exists([board])).await
    }

    pub(crate) async fn cards(&self, board: i64) -> Stored<Vec<Card>> {
        let select = "SELECT id, lane, title, owner FROM cards WHERE board = ?";
        self.run(move |db| db.prepare(select)?.query_map([board], card)?.collect()).await
    }

    pub(crate) async fn add(&self, board: i64, title: String) -> Stored<Card> {
        let insert = "INSERT INTO cards (board, lane, title) VALUES (?, 0, ?) RETURNING id, lane, title, owner";
        self.run(move |db| db.query_row(insert, params![board, title], card)).await
    }

    /// The card with another lane or owner; `None` where this board has no such card.
    pub(crate) async fn change(&self, board: i64, id: i64, lane: Option<u8>, owner: Option<String>) -> Stored<Option<Card>> {
        let update = "UPDATE cards SET lane = coalesce(?3, lane), owner = coalesce(?4, owner) WHERE board = ?1 AND id = ?2
            RETURNING id, lane, title, owner";
        self.run(move |db| db.query_row(update, params![board, id, lane, owner], card).optional()).await
    }

    pub(crate) async fn note(&self, board: i64, line: String) -> Stored<()> {
        let insert = "INSERT INTO history (board, at, line) VALUES (?, ?, ?)";
        self.run(move |db| db.execute(insert, params![board, now().cast_signed(), line]).map(drop)).await
    }

    /// The next lines of a board's history, each with its number.
    pub(crate) async fn history(&self, board: i64, after: i64) -> Stored<Vec<(i64, String)>> {
        let page = "SELECT id, line FROM history WHERE board = ? AND id > ? ORDER BY id LIMIT 100";
        self.run(move |db| db.prepare(page)?.query_map([board, after], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()).await
    }
}

fn card(row: &Row<'_>) -> rusqlite::Result<Card> {
    Ok(Card { id: row.get(0)?, lane: row.get(1)?, title: row.get(2)?, owner: row.get(3)? })
}
