//! A cluster of PostgreSQL: the folder with the data, and the commands that create and serve it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::process::Process;
use crate::user::{self, User};
use crate::{binaries, cleanup};

/// The superuser. Local connections need no password, since the server listens only on the loopback address.
const SUPERUSER: &str = "catamaran";

/// Does not wait for the disk: the data must survive the server, but not the machine. `synchronous_commit` stays on, since without it a
/// killed server loses committed data.
const FOR_TESTS: [&str; 3] = ["-cfsync=off", "-cfull_page_writes=off", "-cmax_connections=200"];

#[derive(Debug)]
pub(super) struct Cluster {
    port: u16,
    user: Option<User>,
    folder: PathBuf,
    _removed_with_us: Option<TempDir>,
}

impl Cluster {
    /// Creates a cluster that is removed with its owner.
    pub(super) fn owned(port: u16) -> Self {
        let folder = cleanup::temporary();
        Self::make(port, folder.path().to_owned(), Some(folder))
    }

    /// Creates a cluster that is removed with the test process, since a static is never dropped.
    pub(super) fn shared(port: u16) -> Self {
        Self::make(port, cleanup::folder(), None)
    }

    fn make(port: u16, folder: PathBuf, owner: Option<TempDir>) -> Self {
        let user = User::ordinary();
        user::hand_over(&folder, user);
        let output = user::command_as(user, &program("initdb"))
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"])
            .args(["-U", SUPERUSER, "-D"])
            .arg(data(&folder))
            .current_dir(&folder)
            .output()
            .expect("initdb starts");
        assert!(output.status.success(), "initdb made no cluster: {}", String::from_utf8_lossy(&output.stderr));
        Self { port, user, folder, _removed_with_us: owner }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn host_rules(&self) -> PathBuf {
        data(&self.folder).join("pg_hba.conf")
    }

    pub(super) fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Starts a server with the data.
    pub(super) fn serve(&self) -> Process {
        let mut command = user::command_as(self.user, &program("postgres"));
        command
            .arg("-D")
            .arg(data(&self.folder))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-k"])
            .arg(&self.folder)
            .args(FOR_TESTS)
            .current_dir(&self.folder);
        Process::spawn("PostgreSQL", &mut command)
    }

    /// Returns a command that runs one statement and prints plain rows.
    pub(super) fn psql(&self, statement: &str) -> Command {
        let mut psql = Command::new(program("psql"));
        psql.args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", statement]).arg(self.url("postgres"));
        psql
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn program(name: &str) -> PathBuf {
    binaries::find_in(&[name], &binaries::postgres_folders())
}
