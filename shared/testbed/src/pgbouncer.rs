//! A real PgBouncer in front of a real PostgreSQL.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;

use crate::user::{self, User};
use crate::{Postgres, binaries, cleanup, eventually, free_port, process::Process};

/// How long a client holds a server connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolMode {
    /// While it is connected.
    Session,
    /// During a transaction.
    Transaction,
    /// During a statement. There are no transactions.
    Statement,
}

/// The release of PgBouncer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PgBouncerRelease {
    /// Debian's (1.18), without prepared statements.
    Debian,
    /// A current release (1.24 or later), which `deploy/local/pgbouncer.sh` builds.
    Current,
}

/// PgBouncer on its own port in front of all databases of a PostgreSQL, with its defaults except the mode. Dropping it ends it.
#[derive(Debug)]
pub struct PgBouncer {
    // Fields drop in this order: the pooler ends before its folder is removed.
    process: Process,
    _folder: Option<TempDir>,
    port: u16,
}

impl PgBouncer {
    /// The pooler in session mode that all tests of this process share, in front of [`Postgres::shared`].
    ///
    /// # Panics
    /// As [`PgBouncer::start`].
    pub async fn shared_session() -> &'static Self {
        static SHARED: OnceCell<PgBouncer> = OnceCell::const_new();
        SHARED.get_or_init(|| Self::shared(PgBouncerRelease::Current, PoolMode::Session)).await
    }

    /// Like [`PgBouncer::shared_session`], in transaction mode and without prepared statements.
    ///
    /// # Panics
    /// As [`PgBouncer::start`].
    pub async fn shared_transaction() -> &'static Self {
        static SHARED: OnceCell<PgBouncer> = OnceCell::const_new();
        SHARED.get_or_init(|| Self::shared(PgBouncerRelease::Debian, PoolMode::Transaction)).await
    }

    async fn shared(release: PgBouncerRelease, mode: PoolMode) -> Self {
        let postgres = Postgres::shared().await;
        // A static is never dropped, so the folder is removed with the test process.
        Self::start_in(cleanup::folder(), None, release, mode, postgres.port(), &[]).await
    }

    /// Starts a pooler in front of `postgres`, with more lines for the section `[pgbouncer]` of its configuration.
    ///
    /// # Panics
    /// If PgBouncer is not installed, or does not listen in time.
    pub async fn start(postgres: &Postgres, release: PgBouncerRelease, mode: PoolMode, more: &[&str]) -> Self {
        let folder = cleanup::temporary();
        Self::start_in(folder.path().to_owned(), Some(folder), release, mode, postgres.port(), more).await
    }

    async fn start_in(
        folder: PathBuf,
        owner: Option<TempDir>,
        release: PgBouncerRelease,
        mode: PoolMode,
        postgres: u16,
        more: &[&str],
    ) -> Self {
        let user = User::ordinary();
        user::hand_over(&folder, user);
        let port = free_port();
        let file = folder.join("pgbouncer.ini");
        std::fs::write(&file, configuration(port, mode, postgres, more)).expect("the folder can be written");
        let mut command = user::command_as(user, &program(release, &folder));
        command.arg(&file).current_dir(&folder);
        let pooler = Self { process: Process::spawn("PgBouncer", &mut command), _folder: owner, port };
        pooler.ready().await;
        pooler
    }

    /// Returns the URL of the same database through the pooler. `url` is a URL of [`Postgres`].
    pub fn url(&self, url: &str) -> String {
        let (_, database) = url.rsplit_once('/').expect("a PostgreSQL address ends with a database");
        format!("postgres://catamaran@127.0.0.1:{}/{database}", self.port)
    }

    /// The lines of PgBouncer's log so far.
    pub fn log(&self) -> Vec<String> {
        self.process.lines()
    }

    async fn ready(&self) {
        eventually(Duration::from_secs(20), || async {
            assert!(!self.process.has_ended(), "PgBouncer has ended\n{}", self.process.output());
            TcpStream::connect(("127.0.0.1", self.port)).await.ok()
        })
        .await;
    }
}

/// Copies the current release, since the user that runs it may have no access to the builder's folder.
fn program(release: PgBouncerRelease, folder: &Path) -> PathBuf {
    match release {
        PgBouncerRelease::Debian => binaries::find(&["pgbouncer"]),
        PgBouncerRelease::Current => {
            let copy = folder.join("pgbouncer");
            std::fs::copy(binaries::built_for_tests("pgbouncer/pgbouncer"), &copy).expect("PgBouncer can be copied");
            copy
        }
    }
}

/// Closes idle server connections early: each test has its own database, and the number of server connections is limited.
fn configuration(port: u16, mode: PoolMode, postgres: u16, more: &[&str]) -> String {
    let (name, size) = match mode {
        PoolMode::Session => ("session", 60),
        // Few, so that clients share each connection.
        PoolMode::Transaction => ("transaction", 4),
        PoolMode::Statement => ("statement", 4),
    };
    let more = more.join("\n");
    format!(
        "[databases]\n* = host=127.0.0.1 port={postgres} user=catamaran\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = any\npool_mode = {name}\ndefault_pool_size = {size}\nmax_client_conn = 1000\n\
         server_idle_timeout = 1\n{more}\n"
    )
}
