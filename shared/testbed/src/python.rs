//! The Python of the tests: its interpreter, and a peer that speaks `channels_redis`.

mod conversation;
mod options;
mod peer;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment;

pub use options::{Dialect, Host, PeerOptions};
pub use peer::PythonPeer;

/// A virtual environment below the target folder, and the requirements that it must have been made from.
struct Environment {
    folder: &'static str,
    requirements: &'static str,
}

const PEERS: Environment = Environment { folder: "python", requirements: include_str!("../python/requirements.txt") };
/// Apart from the peers: it brings 25 packages that they must not meet.
const SCHEMATHESIS: Environment =
    Environment { folder: "schemathesis", requirements: include_str!("../python/schemathesis.txt") };

/// A command that runs `schemathesis`, which holds a server against its OpenAPI document. Nothing of the developer's
/// environment is in it.
///
/// # Panics
/// Where the virtual environment is missing or of older requirements; the message says what to do.
pub fn schemathesis() -> Command {
    isolated(&SCHEMATHESIS.program("schemathesis"))
}

/// A command that runs `python` from the tests' virtual environment, with nothing of the developer's and no file left
/// beside the sources.
///
/// # Panics
/// Where the virtual environment is missing or of older requirements; the message says what to do.
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
        // Test programs lie somewhere below the target folder.
        let mut folders = test.ancestors().map(|folder| folder.join("testbed").join(self.folder));
        folders.find(|folder| self.is_current(folder)).map(|folder| folder.join("bin").join(name)).unwrap_or_else(|| {
            panic!("no {name} with the packages of shared/testbed/python: `make install` first (`make test` does)")
        })
    }

    /// The copy of the requirements is put there last.
    fn is_current(&self, folder: &Path) -> bool {
        std::fs::read_to_string(folder.join("requirements.txt")).is_ok_and(|installed| installed == self.requirements)
    }
}
