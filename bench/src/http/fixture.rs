//! A database with somebody in it, for servers that ask who comes.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use store::{DatabaseUrl, Nickname, RoomCode, RoomName, SessionToken, Store, Timestamp, TokenKey};

use super::HttpLoad;

/// For nobody but the servers of one benchmark.
const SECRET: &str = "a key of the benchmark, which guards nothing";
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Rooms that the home page lists.
const ROOMS: u8 = 10;
const CAPACITY: u16 = 50;

/// The home page: HTML, with the rooms.
pub const PAGE: &str = "/";
/// The JSON endpoint that reads one row: the session, with its user.
pub const ROW: &str = "/api/v1/session";

/// Somebody who is signed in, and the database that says so.
#[derive(Clone, Debug)]
pub struct Seat {
    database: String,
    cookie: String,
}

impl Seat {
    /// Makes a SQLite file in `folder`, with a person, their session and some rooms.
    ///
    /// # Errors
    /// The file cannot be made.
    pub async fn prepare(folder: &Path) -> anyhow::Result<Self> {
        let database = format!("sqlite:{}", folder.join("pages.sqlite3").display());
        let store = Store::connect(&DatabaseUrl::parse(&database)?).await?;
        store.migrate().await?;
        let now = Timestamp::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        let user = store.create_user(&Nickname::parse("Person")?, now).await?;
        let token = SessionToken::generate();
        store.create_session(user.id, &token.hash(&TokenKey::new(SECRET.as_bytes())), now, now + DAY_MS).await?;
        for number in 0..ROOMS {
            let name = RoomName::parse(&format!("Room {number}"))?;
            store.create_room(user.id, &name, CAPACITY, RoomCode::from_random(&[number; 6]), now).await?;
        }
        store.close().await;
        Ok(Self { database, cookie: format!("catamaran_session={}", token.encode()) })
    }

    /// What a server must know to find the session.
    pub fn variables(&self) -> [(&str, &str); 2] {
        [("DATABASE_URL", &self.database), ("SECRET_KEY", SECRET)]
    }

    /// The person asks a server on this machine for `path`, as a browser would, from a thousand addresses in turn: each has a limit of
    /// its own.
    pub fn load(&self, port: u16, path: &str) -> HttpLoad {
        HttpLoad {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            path: path.to_owned(),
            headers: [("Accept-Encoding", "gzip, deflate, br"), ("Cookie", &self.cookie)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            clients: 1000,
        }
    }
}
