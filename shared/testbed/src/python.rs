//! Python for tests: its interpreter, and a peer with `channels_redis`.

mod conversation;
mod options;
mod peer;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment;

pub use options::{Dialect, Host, PeerOptions};
pub use peer::PythonPeer;

/// A virtual environment in the target folder, and its requirements.
struct Environment {
    folder: &'static str,
    requirements: &'static str,
}

const PEERS: Environment = Environment { folder: "python", requirements: include_str!("../python/requirements.txt") };
/// Separate from the peers, since it brings 25 packages that must not mix with theirs.
const SCHEMATHESIS: Environment =
    Environment { folder: "schemathesis", requirements: include_str!("../python/schemathesis.txt") };
const DEPLOY: Environment = Environment { folder: "deploy", requirements: include_str!("../python/deploy.txt") };

/// Returns a command that runs `schemathesis`, which tests a server against its OpenAPI document. It inherits no developer's variables.
///
/// # Panics
/// If the virtual environment is missing or was made from older requirements. The message says what to do.
pub fn schemathesis() -> Command {
    isolated(&SCHEMATHESIS.program("schemathesis"))
}

/// Returns a command that runs one of the programs that check the files under `deploy/`: `python`, `kubernetes-validate`, `hadolint` or
/// `honcho`. It inherits no developer's variables.
///
/// # Panics
/// As [`schemathesis`].
pub fn deploy_tool(name: &str) -> Command {
    isolated(&DEPLOY.program(name))
}

/// Returns a command that runs `python` from the tests' virtual environment. It inherits no developer's variables and writes no compiled
/// files.
///
/// # Panics
/// If the virtual environment is missing or was made from older requirements. The message says what to do.
pub(crate) fn command() -> Command {
    isolated(&PEERS.program("python"))
}

fn isolated(program: &Path) -> Command {
    let mut command = Command::new(program);
    environment::clear(&mut command);
    command.env("PYTHONUNBUFFERED", "1").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

impl Environment {
    fn program(&self, name: &str) -> PathBuf {
        let test = std::env::current_exe().expect("a running program has a path");
        // Test programs are somewhere in the target folder.
        let mut folders = test.ancestors().map(|folder| folder.join("testbed").join(self.folder));
        folders.find(|folder| self.is_current(folder)).map(|folder| folder.join("bin").join(name)).unwrap_or_else(|| {
            panic!("no {name} with the packages of shared/testbed/python: `make install` first (`make test` does)")
        })
    }

    /// Compares the copy of the requirements, which the installation writes last.
    fn is_current(&self, folder: &Path) -> bool {
        std::fs::read_to_string(folder.join("requirements.txt")).is_ok_and(|installed| installed == self.requirements)
    }
}
