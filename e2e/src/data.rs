//! The database of a site.

use std::process::Command;

use tempfile::TempDir;
use testbed::{PgBouncer, Postgres, SmallDisk};

/// An empty database for one test.
#[derive(Debug)]
pub struct Data {
    url: String,
    _folder: Option<TempDir>,
}

impl Data {
    /// A SQLite file, deleted with this value.
    ///
    /// # Panics
    /// If no temporary folder can be created.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let url = format!("sqlite:{}", folder.path().join("site.sqlite3").display());
        Self { url, _folder: Some(folder) }
    }

    /// A new database in the PostgreSQL that the tests of this program share.
    ///
    /// # Panics
    /// If PostgreSQL does not start.
    pub async fn postgres() -> Self {
        Self::in_postgres(Postgres::shared().await).await
    }

    /// A new database in that PostgreSQL.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn in_postgres(postgres: &Postgres) -> Self {
        Self { url: postgres.fresh_database().await, _folder: None }
    }

    /// A new database in that PostgreSQL, behind a pooler.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn behind(pooler: &PgBouncer, postgres: &Postgres) -> Self {
        Self { url: pooler.url(&postgres.fresh_database().await), _folder: None }
    }

    /// A SQLite file on a disk that a test fills.
    pub fn on_disk(disk: &SmallDisk) -> Self {
        Self { url: format!("sqlite:{}", disk.path().join("site.sqlite3").display()), _folder: None }
    }

    /// Runs statements, as an operator or another release does.
    ///
    /// # Panics
    /// If one of them fails.
    pub fn sql(&self, statements: &str) {
        let mut command = match self.url.strip_prefix("sqlite:") {
            Some(file) => {
                let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
                let mut python = Command::new("python3");
                python.args(["-c", script, file]);
                python
            }
            None => {
                let mut psql = Command::new("psql");
                psql.args(["--no-psqlrc", "--set=ON_ERROR_STOP=1", &self.url, "--command"]);
                psql
            }
        };
        let output = command.arg(statements).output().expect("the program of the database is installed");
        assert!(output.status.success(), "{statements}: {output:?}");
    }

    /// The value of `DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }
}
