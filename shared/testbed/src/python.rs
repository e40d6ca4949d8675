//! The Python of the tests: its interpreter, and a peer that speaks `channels_redis`.

mod conversation;
mod options;
mod peer;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment;

pub use options::{Dialect, Host, PeerOptions};
pub use peer::PythonPeer;

/// What the environment must have been made from.
const REQUIREMENTS: &str = include_str!("../python/requirements.txt");

/// A command that runs `python` from the tests' virtual environment, with nothing of the developer's and no file left
/// beside the sources.
///
/// # Panics
/// Where the virtual environment is missing or of older requirements; the message says what to do.
pub(crate) fn command() -> Command {
    let mut command = Command::new(interpreter());
    environment::clear(&mut command);
    command.env("PYTHONUNBUFFERED", "1").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn interpreter() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    // Test programs lie somewhere below the target folder.
    let found = test.ancestors().map(|folder| folder.join("testbed/python")).find(|folder| is_current(folder));
    found.map(|folder| folder.join("bin/python")).unwrap_or_else(|| {
        panic!("no Python with the packages of shared/testbed/python/requirements.txt: `make install` first (`make test` does)")
    })
}

/// The copy of the requirements is put there last.
fn is_current(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("requirements.txt")).is_ok_and(|installed| installed == REQUIREMENTS)
}
