//! A database with a user and a session, for servers that authenticate requests.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use store::{DatabaseUrl, Nickname, RoomCode, RoomName, SessionToken, Store, Timestamp, TokenKey};

use super::HttpLoad;

/// The key of the servers of one benchmark.
const SECRET: &str = "a key of the benchmark, which guards nothing";
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Rooms that the home page lists.
const ROOMS: u8 = 10;
const CAPACITY: u16 = 50;

/// The home page: HTML, with the rooms.
pub const PAGE: &str = "/";
/// The JSON endpoint that reads one row: the session, with its user.
pub const ROW: &str = "/api/v1/session";

/// A database, and the cookie of a user who is signed in.
#[derive(Clone, Debug)]
pub struct Fixture {
    database: String,
    cookie: String,
}

impl Fixture {
    /// Creates a SQLite file in `folder` with a user, a session and some rooms.
    ///
    /// # Errors
    /// The file cannot be created.
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

    /// The environment with which a server finds the session.
    pub fn variables(&self) -> [(&str, &str); 2] {
        [("DATABASE_URL", &self.database), ("SECRET_KEY", SECRET)]
    }

    /// Requests for `path` as the user's browser sends them, from a thousand addresses in turn, since each address has a limit.
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
